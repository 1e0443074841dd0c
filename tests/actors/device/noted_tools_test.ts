import assert from "node:assert/strict";
import { notedTools } from "../../../actors/device/reply/noted_tools.ts";

const signal = new AbortController().signal;

Deno.test("a call of a tool is noted when it begins and how it ended, without a word of it", async () => {
  const notes: unknown[] = [];
  const recorder = {
    note: (kind: string, data?: unknown) => void notes.push([kind, data]),
  } as unknown as Parameters<typeof notedTools>[2];
  const tools = notedTools(
    {
      call: (name) => name === "bad" ? Promise.reject(new Error("gone")) : Promise.resolve({ text: "secret", isError: name === "no" }),
    },
    "T1",
    recorder,
  );
  assert.deepEqual(await tools.call("yes", { what: "secret" }, { signal }), { text: "secret", isError: false });
  await tools.call("no", {}, { signal });
  await assert.rejects(tools.call("bad", {}, { signal }), /gone/);
  const call = (tool: string) => ["tool_call", { turnId: "T1", tool }];
  const answer = (tool: string, status: string) => ["tool_answer", { turnId: "T1", tool, status }];
  assert.deepEqual(notes, [
    call("yes"),
    answer("yes", "answered"),
    call("no"),
    answer("no", "refused"),
    call("bad"),
    answer("bad", "failed"),
  ]);
});
