import assert from "node:assert/strict";
import { join } from "node:path";
import { replayTool } from "../../tools/replay.ts";
import { tempDir } from "../support/temp_dir.ts";

const RECORDING = new URL("../recordings/stuck_in_recognizing.ndjson", import.meta.url);

async function run(folder: string, ...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const code = await replayTool({ args, write: (piece) => text += piece, folder });
  return { code, text };
}

/** The recording with one of its lines changed. */
async function withChange(path: string, change: (line: string) => string): Promise<string> {
  await Deno.writeTextFile(path, (await Deno.readTextFile(RECORDING)).split("\n").map(change).join("\n"));
  return path;
}

Deno.test("a recording that takes the same path ends with 0, and its steps are shown when asked for", async () => {
  await using dir = await tempDir();
  const { code, text } = await run(dir.path, RECORDING.pathname);
  assert.equal(code, 0);
  assert.match(text, /Connection 1: \d+ steps, the same path/);
  assert.match((await run(dir.path, RECORDING.pathname, "--whole")).text, /recognizingLimit.*device\.ready\.replying\.thinking/);
});

Deno.test("a recording that takes another path ends with 1 and shows both paths, the event and the guards", async () => {
  await using dir = await tempDir();
  let changes = 0;
  const file = await withChange(join(dir.path, "other.ndjson"), (line) => {
    // As if another device had been listened to by another chart.
    if (!line.includes('"to":"device.ready.persisting"') || changes++ > 0) return line;
    return line.replace('"to":"device.ready.persisting"', '"to":"device.ready.deciding"');
  });
  const { code, text } = await run(dir.path, file);
  assert.equal(code, 1);
  assert.match(text, /They part at record \d+, event REPLY_ENDED/);
  assert.match(text, /recorded +device\.ready\.replying\.speaking\.playing → device\.ready\.deciding/);
  assert.match(text, /now +device\.ready\.replying\.speaking\.playing → device\.ready\.persisting/);
  assert.match(text, /guards: isCurrent yes/);
  const report = JSON.parse((await run(dir.path, file, "--json")).text);
  assert.deepEqual([report.same, report.sessions[0].difference.event], [false, "REPLY_ENDED"]);
});

Deno.test("a recording of another machine says so, and is replayed all the same", async () => {
  await using dir = await tempDir();
  const file = await withChange(join(dir.path, "old.ndjson"), (line) => line.replace(/"hash":"[^"]*"/, '"hash":"0000000000000000"'));
  const { code, text } = await run(dir.path, file);
  assert.equal(code, 0);
  assert.match(text, /The chart has changed: the recording has machine 0000000000000000/);
});

Deno.test("a file or a command that cannot be used ends with 2 and says what would be right", async () => {
  await using dir = await tempDir();
  const broken = join(dir.path, "broken.ndjson");
  await Deno.writeTextFile(broken, "{}\n");
  const late = await withChange(join(dir.path, "late.ndjson"), (line) => line.includes("xstate.init") ? "" : line);
  for (
    const [args, message] of [
      [[], /Expected one file, found 0/],
      [["a", "b"], /Expected one file, found 2/],
      [["--nonsense"], /Unknown option/],
      [[join(dir.path, "none")], /Cannot read .*expected a recording/],
      [[broken], /Line 1, field 'kind'/],
      [[late], /not replayed, because its beginning is not in the recording/],
      [[RECORDING.pathname, "--save-as-test", "../evil"], /cannot name a test; expected/],
    ] as const
  ) {
    const { code, text } = await run(dir.path, ...args);
    assert.equal(code, 2, text);
    assert.match(text, message);
  }
  assert.equal((await run(dir.path, "--help")).code, 0);
});

Deno.test("a recording is saved as a test beside it, once", async () => {
  await using dir = await tempDir();
  const { code, text } = await run(dir.path, RECORDING.pathname, "--save-as-test", "my_device");
  assert.equal(code, 0);
  assert.match(text, /my_device\.ndjson\n.*my_device_test\.ts\n$/);
  assert.equal(await Deno.readTextFile(join(dir.path, "my_device.ndjson")), await Deno.readTextFile(RECORDING));
  const kept = await Deno.readTextFile("tests/recordings/stuck_in_recognizing_test.ts");
  const saved = await Deno.readTextFile(join(dir.path, "my_device_test.ts"));
  assert.equal(saved.replaceAll("my_device", "stuck_in_recognizing").replace("my device", "stuck in recognizing"), kept);
  const again = await run(dir.path, RECORDING.pathname, "--save-as-test", "my_device");
  assert.deepEqual([again.code, /There is a test 'my_device' already/.test(again.text)], [2, true]);
});

Deno.test("the messages for Stately's inspector come one a line", async () => {
  await using dir = await tempDir();
  const { code, text } = await run(dir.path, RECORDING.pathname, "--stately");
  assert.equal(code, 0);
  const types = text.trimEnd().split("\n").map((line) => JSON.parse(line).type);
  assert.ok(types.length > 50 && types.every((type) => /^@xstate\.(actor|event|snapshot)$/.test(type)));
});
