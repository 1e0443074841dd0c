/**
 * The tool with which the model ends the conversation.
 *
 * @module
 */

import { z } from "zod";
import { defineTool, type ServerTool } from "./tool.ts";

/** Makes the tool. */
export function exitConversationTool(): ServerTool {
  return defineTool({
    name: "exit_conversation",
    description: "Ends the conversation after your reply. Call it when the person says goodbye or wants to stop talking; then say goodbye.",
    schema: z.strictObject({}),
    run: (_args, { conversation }) => {
      conversation.end();
      return "The conversation ends when your reply has been heard. Say a short goodbye.";
    },
  });
}
