/**
 * The tool that has the device play another role.
 *
 * @module
 */

import { z } from "zod";
import { defineTool, type ServerTool } from "./tool.ts";

/** Makes the tool. `roles` are the names that are configured. */
export function changeRoleTool(roles: readonly string[]): ServerTool {
  const names = [...new Set([...roles, "default"])];
  return defineTool({
    name: "change_role",
    description: `Changes who you are, from the next reply on, when the person asks for it. Roles: ${names.join(", ")}.`,
    schema: z.strictObject({ role: z.enum(names).describe("default is who you are when nobody asks for a role") }),
    isOffered: (conversation) => conversation.roles.length > 0,
    run: async ({ role }, { conversation }) => {
      await conversation.changeRole(role);
      return `From the next reply on you are: ${role}. Confirm it in a few words.`;
    },
  });
}
