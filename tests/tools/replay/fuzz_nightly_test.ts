import fc from "fast-check";
import { replay } from "../../../tools/replay/run.ts";
import { anyConversation } from "../../actors/device/fuzz.ts";
import { assertSame, recordingOf, wholeRecorders } from "../../support/recorded.ts";

Deno.test("whatever happened in a conversation, its recording replays to the same path", async () => {
  await fc.assert(
    anyConversation(60, (clock) => {
      const recorders = wholeRecorders(clock);
      return { deps: { recorders }, over: () => assertSame(replay(recordingOf(recorders))) };
    }),
    { numRuns: 1500 },
  );
});
