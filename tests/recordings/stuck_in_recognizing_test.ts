import { readRecording } from "../../services/recorder/read.ts";
import { replay } from "../../tools/replay/run.ts";
import { assertSame } from "../support/recorded.ts";

Deno.test("the recorded session 'stuck in recognizing' takes the same path through the charts of now", async () => {
  const text = await Deno.readTextFile(new URL("./stuck_in_recognizing.ndjson", import.meta.url));
  assertSame(replay(readRecording(text)));
});
