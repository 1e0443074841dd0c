import assert from "node:assert/strict";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { markHeard, showHistory } from "../../tools/history.ts";
import { displayWidth, formatTable } from "../../tools/table.ts";
import { VirtualClock } from "../support/virtual_clock.ts";
import { turn } from "../services/history/contract.ts";

async function withData(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "history-tool-" });
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function run(dataDir: string, ...args: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await showHistory({ args, dataDir: () => Promise.resolve(dataDir), write: (piece) => text += piece, width: 110 });
  return { code, text };
}

Deno.test("without a database the command says that history begins with the first conversation", () =>
  withData(async (dir) => {
    const { code, text } = await run(`${dir}/none`);
    assert.equal(code, 0);
    assert.match(text, /No history yet/);
    assert.deepEqual(JSON.parse((await run(`${dir}/none`, "--json")).text), { sessions: [], turns: [] });
    await assert.rejects(Deno.stat(`${dir}/none`), Deno.errors.NotFound);
  }));

Deno.test("the command shows sessions and turns while the store is open and being written", () =>
  withData(async (dir) => {
    await using store = await openSqliteHistory({ dataDir: dir, clock: new VirtualClock() });
    await store.openSession({ sessionId: "session-1", deviceId: "aa:bb:cc:dd:ee:01", clientId: "c", startedAt: 1_767_000_000_000 });
    await store.commitTurn(turn(1, { userText: "今天天气怎么样?", replyText: "It is sunny. Take a hat.", heardText: "It is sunny." }));
    await store.commitTurn(turn(2, { outcome: "failed", error: { code: "chat_timeout", message: "m" }, deviceId: "aa:bb:cc:dd:ee:02" }));
    const { code, text } = await run(dir);
    assert.equal(code, 0);
    assert.match(text, /session-1 +aa:bb:cc:dd:ee:01 .* still open/);
    assert.match(text, /completed +402 ms +0\.8 s +今天天气怎么样\? +It is sunny\.▮/);
    assert.match(text, /failed: chat_timeout/);
    const one = JSON.parse((await run(dir, "--json", "--device", "AA:BB:CC:DD:EE:02")).text);
    assert.deepEqual(one.turns.map((t: { userText: string }) => t.userText), ["question 2"]);
    assert.match((await run(dir, "--session", "nope")).text, /Nothing in the history for session 'nope'/);
    assert.equal(JSON.parse((await run(dir, "--json", "--limit", "1")).text).turns.length, 1);
  }));

Deno.test("the time of one turn is shown as bars, found by the last turn or the end of an id", () =>
  withData(async (dir) => {
    await using store = await openSqliteHistory({ dataDir: dir, clock: new VirtualClock() });
    const timings = {
      speechEndMs: 900,
      endpointMs: 1400,
      recognizedMs: 1600,
      firstTokenMs: 1900,
      firstSentenceMs: 2000,
      firstAudioMs: 2150,
    };
    await store.commitTurn(turn(1, { timings: { ...timings, firstFrameMs: 2200, leadingSilenceMs: 100, playoutEndMs: 9000 } }));
    await store.commitTurn(turn(12, { timings: {} }));
    const { code, text } = await run(dir, "--timeline", turn(1).turnId.slice(-9).toLowerCase());
    assert.equal(code, 0);
    assert.match(
      text,
      /^Turn \S+1 {2}aa:bb:cc:dd:ee:01 .* completed\n1300 ms from the end of speech to the first frame, 1400 ms to the first sound\n/,
    );
    const lines = text.split("\n");
    for (const line of lines) assert.ok(displayWidth(line) <= 110, line);
    const row = (name: string) => lines.find((line) => line.startsWith(name)) ?? assert.fail(name);
    assert.match(row("VAD silence"), /\+0 ms +500 ms +▒+$/);
    assert.match(row("Recognition"), /\+500 ms +200 ms +█+$/);
    assert.match(row("Playback"), /\+1300 ms +6800 ms +━+▸$/);
    // Each bar begins where the one before it ended.
    const bar = (name: string) => row(name).length;
    assert.equal(row("Recognition").indexOf("█"), bar("VAD silence"));
    assert.equal(row("Model").indexOf("█"), bar("Recognition"));
    assert.match((await run(dir, "--timeline", "last")).text, /No stage of this turn/);
    assert.equal(JSON.parse((await run(dir, "--timeline", "00001", "--json")).text).responseMs, 1300);
    assert.deepEqual([await run(dir, "--timeline", "nope"), await run(dir, "--timeline", "%")].map(({ code }) => code), [1, 1]);
    assert.match((await run(dir, "--timeline", "0000")).text, /No turn ends with '0000'/);
    await store.commitTurn(turn(2));
    await store.commitTurn(turn(102));
    assert.match((await run(dir, "--timeline", "02")).text, /More than one turn ends with '02'/);
    assert.match((await run(`${dir}/none`, "--timeline", "last")).text, /No history yet/);
  }));

Deno.test("a closed database can be read too, and reading leaves it as it was", () =>
  withData(async (dir) => {
    {
      await using store = await openSqliteHistory({ dataDir: dir, clock: new VirtualClock() });
      await store.commitTurn(turn(1));
    }
    const before = await Deno.readFile(`${dir}/history.db`);
    assert.match((await run(dir)).text, /question 1/);
    assert.deepEqual(await Deno.readFile(`${dir}/history.db`), before);
  }));

Deno.test("wrong options are answered with the reason and the help", async () => {
  for (const args of [["--limit", "many"], ["--limit", "0"], ["--nonsense"]]) {
    const { code, text } = await run("/nowhere", ...args);
    assert.equal(code, 2);
    assert.match(text, /deno task history \[options\]/);
  }
  assert.match((await run("/nowhere", "--help")).text, /--device <id>/);
});

Deno.test("a damaged database is reported in a sentence", () =>
  withData(async (dir) => {
    await Deno.writeTextFile(`${dir}/history.db`, "not a database ".repeat(500));
    const { code, text } = await run(dir);
    assert.equal(code, 1);
    assert.match(text, /damaged/);
  }));

Deno.test("the heard mark stands where playing stopped", () => {
  assert.equal(markHeard("One. Two.", "One."), "One.▮ Two.");
  assert.equal(markHeard("One. Two.", "One. Two."), "One. Two.");
  assert.equal(markHeard("One. Two.", ""), "▮One. Two.");
  assert.equal(markHeard("", ""), "");
});

Deno.test("a table keeps to its width, counts wide characters as two and lets no control character through", () => {
  const text = "中文很长的一句话需要换行 with words inside \u001b[31mred\u0007 and averyveryveryverylongword at the end";
  const table = formatTable([{ title: "A" }, { title: "Text", flexible: true }], [["x", text], ["y", ""]], 40);
  for (const line of table.trimEnd().split("\n")) assert.ok(displayWidth(line) <= 40, line);
  // deno-lint-ignore no-control-regex -- that none is left is what is asserted
  assert.doesNotMatch(table, /[\u0000-\u0009\u000b-\u001f]/);
  assert.match(table.replace(/\s+/g, ""), /averyveryveryverylongword/);
});
