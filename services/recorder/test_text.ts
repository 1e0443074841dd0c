/**
 * The text of a regression test that is made of a recording.
 *
 * @module
 */

/** Folder of the recordings that are tests. */
export const RECORDINGS = "tests/recordings";

const NAME = /^[a-z0-9][a-z0-9_]{0,63}$/;

/** Whether a test may have a name: it is the name of its files. */
export function isTestName(name: string): boolean {
  return NAME.test(name);
}

/** The test: the recording of its name takes the same path through the charts of its day. */
export function testText(name: string): string {
  return `import { readRecording } from "../../services/recorder/read.ts";
import { replay } from "../../tools/replay/run.ts";
import { assertSame } from "../support/recorded.ts";

Deno.test("the recorded session '${name.replaceAll("_", " ")}' takes the same path through the charts of now", async () => {
  const text = await Deno.readTextFile(new URL("./${name}.ndjson", import.meta.url));
  assertSame(replay(readRecording(text)));
});
`;
}
