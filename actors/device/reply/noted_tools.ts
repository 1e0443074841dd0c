/**
 * Tools whose calls are in the recording: which, when and how they ended; never what they were told or answered.
 *
 * @module
 */

import type { SessionRecorder } from "../deps.ts";
import type { ToolRunner } from "./tool_loop.ts";

/** The same tools; each call of a turn is noted when it begins and when it ends. */
export function notedTools(tools: ToolRunner, turnId: string, recorder: SessionRecorder | undefined): ToolRunner {
  if (recorder === undefined) return tools;
  return {
    async call(name, args, options) {
      const note = (type: string, status?: string) =>
        recorder.note(type, { turnId, tool: name, ...(status === undefined ? {} : { status }) });
      note("tool_call");
      try {
        const answer = await tools.call(name, args, options);
        note("tool_answer", answer.isError ? "refused" : "answered");
        return answer;
      } catch (error) {
        note("tool_answer", "failed");
        throw error;
      }
    },
  };
}
