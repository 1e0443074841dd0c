import { BlobReader, TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from "@zip.js/zip.js";
import assert from "node:assert/strict";
import type { ArchivedTurn } from "../../../services/history/archive.ts";
import { audioPath } from "../../../services/history/audio_files.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { fakeArchive } from "../../support/fake_archive.ts";
import { settle } from "../../support/virtual_clock.ts";
import { type ApiFixture, ARCHIVES, DEVICE, fill, SESSION, startApi, turnOf } from "./api_fixture.ts";

const OGG = new TextEncoder().encode("OggS");
const sound = (fill: number): Uint8Array<ArrayBuffer> => new Uint8Array([...OGG, ...new Uint8Array(3000).fill(fill)]);

/** Turns with audio, in the archive and in the store. */
async function fillWithAudio(api: ApiFixture, count: number): Promise<StoredTurn[]> {
  const turns: StoredTurn[] = [];
  for (let index = 0; index < count; index++) {
    const bare = turnOf(index);
    const user = audioPath(DEVICE, bare.turnId, "user");
    const reply = audioPath(DEVICE, bare.turnId, "reply");
    await api.lifeCycle.audio.put(user, sound(index));
    if (index % 2 === 0) await api.lifeCycle.audio.put(reply, sound(100 + index));
    turns.push({ ...bare, audioFiles: { user, ...(index % 2 === 0 ? { reply } : {}) } });
  }
  await fill(api, turns, { ...SESSION, title: "Weather" });
  return turns;
}

async function everything(api: ApiFixture): Promise<unknown> {
  const { archive, audio } = api.lifeCycle;
  const { items } = await archive.turns({ limit: 1000, order: "oldest" });
  const files = (await Array.fromAsync(audio.list())).map((file) => [file.path, file.size]).sort();
  return { turns: items, sessions: (await archive.sessions({ limit: 1000 })).items, files };
}

function bring(api: ApiFixture, type: string, body: BodyInit): Promise<Response> {
  return api.ask("/api/import", { method: "POST", headers: { "content-type": type }, body });
}

async function zipOf(files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>, options = {}): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, content] of Object.entries(files)) {
    await writer.add(name, typeof content === "string" ? new TextReader(content) : new Uint8ArrayReader(content), options);
  }
  return await writer.close() as Uint8Array<ArrayBuffer>;
}

const line = (turn: StoredTurn, audio?: Record<string, string>) => {
  const { audioFiles: _, ...rest } = turn;
  return JSON.stringify({ turn: rest, session: SESSION, ...(audio === undefined ? {} : { audio }) });
};

for (const [kind, archive] of ARCHIVES) {
  for (const owner of [`/api/devices/${DEVICE}`, "/api/sessions/s1"]) {
    Deno.test(`a ZIP export of ${owner} brings everything back, audio and title included, once, with an archive ${kind}`, async () => {
      const one = archive();
      await using from = await startApi(one === undefined ? {} : { archive: one });
      await fillWithAudio(from, 7);
      const exported = await from.ask(`${owner}/export?format=zip`);
      assert.equal(exported.headers.get("content-type"), "application/zip");
      assert.match(exported.headers.get("content-disposition") ?? "", /^attachment; filename="[\w-]+\.zip"$/);
      const file = await exported.bytes();

      const other = archive();
      await using to = await startApi(other === undefined ? {} : { archive: other });
      const report = await (await bring(to, "application/zip", file)).json();
      assert.deepEqual(report, { added: 7, skipped: 0, refused: 0, refusals: [] });
      assert.deepEqual(await everything(to), await everything(from));
      assert.equal((await to.lifeCycle.registry.get(DEVICE))?.deviceId, DEVICE);
      const again = await (await bring(to, "application/zip", file)).json();
      assert.deepEqual(again, { added: 0, skipped: 7, refused: 0, refusals: [] });
      assert.deepEqual(await everything(to), await everything(from));
    });
  }

  Deno.test(`lines of thousands of turns come back in the same order, with an archive ${kind}`, async () => {
    const one = archive();
    await using from = await startApi(one === undefined ? {} : { archive: one });
    const turns = Array.from({ length: 1234 }, (_, index) => turnOf(index));
    for (let at = 0; at < turns.length; at += 500) await fill(from, turns.slice(at, at + 500));
    const text = await (await from.ask(`/api/devices/${DEVICE}/export`)).text();
    assert.deepEqual(
      text.trimEnd().split("\n").map((each) => (JSON.parse(each) as ArchivedTurn).turn.turnId),
      turns.map((turn) => turn.turnId),
    );
    const other = archive();
    await using to = await startApi(other === undefined ? {} : { archive: other });
    assert.equal((await (await bring(to, "application/x-ndjson", text)).json()).added, 1234);
    assert.deepEqual(await everything(to), await everything(from));
  });

  Deno.test(`bad lines are refused with number and reason, and nothing of them is applied, with an archive ${kind}`, async () => {
    const one = archive();
    await using api = await startApi(one === undefined ? {} : { archive: one });
    const bad = turnOf(2, { outcome: "fine" as StoredTurn["outcome"] });
    const body = [line(turnOf(0)), "no json", "", line(bad), line(turnOf(1)), `{"turn":{"turnId":"x"}}`, line(turnOf(1))].join("\r\n");
    const report = await (await bring(api, "application/x-ndjson", body)).json();
    assert.deepEqual([report.added, report.skipped, report.refused], [2, 1, 3]);
    assert.deepEqual(report.refusals.map((refusal: { line: number }) => refusal.line), [2, 4, 6]);
    assert.match(report.refusals[1].reason, /^turn\.outcome: /);
    assert.deepEqual((await api.lifeCycle.archive.turns({ order: "oldest" })).items.map((turn) => turn.turnId), [
      turnOf(0).turnId,
      turnOf(1).turnId,
    ]);
  });

  Deno.test(`what was erased is not brought back, nor its audio, with an archive ${kind}`, async () => {
    const one = archive();
    await using api = await startApi(one === undefined ? {} : { archive: one });
    await fillWithAudio(api, 2);
    const file = await (await api.ask("/api/sessions/s1/export?format=zip")).bytes();
    assert.equal((await (await api.ask(`/api/turns/${turnOf(0).turnId}`, { method: "DELETE" })).json()).turns, 1);
    const before = await everything(api);
    assert.deepEqual(await (await bring(api, "application/zip", file)).json(), { added: 0, skipped: 2, refused: 0, refusals: [] });
    assert.deepEqual(await everything(api), before);
  });
}

Deno.test("Markdown is for people, with their times and without markup of what was said", async () => {
  await using api = await startApi();
  await fill(api, [turnOf(0, { userText: "<b>hi</b>" }), turnOf(1)], { ...SESSION, title: "Weather" });
  const response = await api.ask("/api/sessions/s1/export?format=markdown");
  assert.equal(response.headers.get("content-type"), "text/markdown; charset=utf-8");
  const text = await response.text();
  assert.match(text, /^# Weather\n/);
  assert.match(text, /### 2026-01-01 16:00:00\n\n\*\*Person:\*\* \\<b\\>hi/);
});

Deno.test("HEAD tells what an export is without making it", async () => {
  await using api = await startApi();
  await fill(api, [turnOf(0)]);
  for (const format of ["jsonl", "markdown", "zip"]) {
    const response = await api.ask(`/api/sessions/s1/export?format=${format}`, { method: "HEAD" });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
  }
});

Deno.test("an export that its reader leaves ends, and leaves nothing open", async () => {
  await using api = await startApi();
  await fillWithAudio(api, 5);
  const response = await api.ask(`/api/devices/${DEVICE}/export?format=zip`);
  await response.body?.cancel();
  assert.equal((await (await api.ask("/api/status")).json()).draining, false);
});

const GOOD = `${line(turnOf(0))}\n`;
const bomb = () => zipOf({ "turns.jsonl": GOOD, "audio/a/b.user.ogg": new Uint8Array(20_000_000) });

const BAD_ZIPS: readonly (readonly [string, () => Promise<Uint8Array<ArrayBuffer>>, RegExp])[] = [
  ["no ZIP file", () => Promise.resolve(new TextEncoder().encode("PK nothing")), /cannot be imported/],
  ["an empty body", () => Promise.resolve(new Uint8Array()), /cannot be imported/],
  ["a ZIP file without lines", () => zipOf({ "audio/a/b.user.ogg": sound(1) }), /holds no turns\.jsonl/],
  ["a name that leads out", () => zipOf({ "turns.jsonl": GOOD, "../../evil": "x" }), /cannot be imported/],
  ["a name below the root", () => zipOf({ "turns.jsonl": GOOD, "/etc/cron.d/x": "x" }), /cannot be imported/],
  ["a name of another file", () => zipOf({ "turns.jsonl": GOOD, "history.db": "x" }), /holds "history\.db"/],
  ["a name with backslashes", () => zipOf({ "turns.jsonl": GOOD, "audio\\..\\x.user.ogg": "x" }), /cannot be imported/],
  ["a bomb", bomb, /times its size/],
  ["an encrypted file", () => zipOf({ "turns.jsonl": GOOD }, { password: "x" }), /encrypted/],
  ["a file that is longer than it says", lying, /cannot be imported/],
  ["a file cut off", async () => (await zipOf({ "turns.jsonl": GOOD })).slice(0, -30), /cannot be imported/],
];

for (const [what, make, detail] of BAD_ZIPS) {
  Deno.test(`${what} is refused as a whole, and nothing of it stays`, async () => {
    await using api = await startApi();
    const response = await bring(api, "application/zip", await make());
    const problem = await response.json();
    assert.deepEqual([response.status, problem.code], [422, "import_bad_zip"], JSON.stringify(problem));
    assert.match(problem.detail, detail);
    assert.deepEqual(await everything(api), { turns: [], sessions: [], files: [] });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(`${api.dataDir}/import`)), []);
  });
}

/** A ZIP file whose lines are longer than both its directories say. */
async function lying(): Promise<Uint8Array<ArrayBuffer>> {
  const zip = await zipOf({ "turns.jsonl": GOOD }, { level: 9, dataDescriptor: false, extendedTimestamp: false });
  const view = new DataView(zip.buffer);
  const central = zip.findLastIndex((_, index) => index + 4 <= zip.length && view.getUint32(index, true) === 0x02014b50);
  view.setUint32(22, 50, true);
  view.setUint32(central + 24, 50, true);
  return zip;
}

Deno.test("a file that is damaged behind the back of its checksum is refused with its line", async () => {
  await using api = await startApi();
  const name = "audio/a/b.user.ogg";
  const zip = await zipOf({ "turns.jsonl": `${line(turnOf(0), { user: name })}\n`, [name]: sound(1) }, { level: 0, dataDescriptor: false });
  // The data of the audio, changed behind the back of its checksum.
  const at = zip.findIndex((_, index) => [0x4f, 0x67, 0x67, 0x53].every((byte, offset) => zip[index + offset] === byte));
  zip[at + 100] = 77;
  const report = await (await bring(api, "application/zip", zip)).json();
  assert.deepEqual([report.added, report.refused], [0, 1], JSON.stringify(report));
  assert.match(report.refusals[0].reason, /^audio\.user: expected a whole file/);
  assert.deepEqual(await everything(api), { turns: [], sessions: [], files: [] });
});

Deno.test("audio that is missing, or none, refuses its line alone", async () => {
  await using api = await startApi();
  const audio = "audio/a/b.user.ogg";
  const lines = [line(turnOf(0), { user: "audio/../../etc/passwd" }), line(turnOf(1), { user: audio }), line(turnOf(2))].join("\n");
  const report = await (await bring(api, "application/zip", await zipOf({ "turns.jsonl": lines, [audio]: "RIFF no Ogg" }))).json();
  assert.deepEqual([report.added, report.refused], [1, 2]);
  assert.match(report.refusals[0].reason, /expected the name of a file in audio\//);
  assert.match(report.refusals[1].reason, /expected an Ogg file/);
});

Deno.test("an imported turn's audio lies where this server puts it, whatever the file calls it", async () => {
  await using api = await startApi();
  const name = "audio/elsewhere/other.reply.ogg";
  const report = await bring(api, "application/zip", await zipOf({ "turns.jsonl": line(turnOf(0), { user: name }), [name]: sound(7) }));
  assert.equal((await report.json()).added, 1);
  const path = audioPath(DEVICE, turnOf(0).turnId, "user");
  assert.deepEqual((await api.lifeCycle.archive.turn(turnOf(0).turnId))?.audioFiles, { user: path });
  assert.deepEqual(await (await api.ask(`/api/turns/${turnOf(0).turnId}/audio/user`)).bytes(), sound(7));
});

Deno.test("an exported ZIP file is one that other programs read", async () => {
  await using api = await startApi();
  await fillWithAudio(api, 3);
  const file = await (await api.ask("/api/sessions/s1/export?format=zip")).blob();
  const zip = new ZipReader(new BlobReader(file), { useWebWorkers: false });
  const names = (await zip.getEntries()).map((entry) => entry.filename);
  await zip.close();
  assert.equal(names[0], "turns.jsonl");
  assert.equal(names.length, 1 + 3 + 2);
});

Deno.test("an upload that is broken off leaves whole batches, and no failure in the log", async () => {
  const archive = fakeArchive();
  const api = await startApi({ archive });
  const gone = new AbortController();
  const lines = Array.from({ length: 150 }, (_unused, index) => line(turnOf(index)) + "\n").join("");
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => controller.enqueue(new TextEncoder().encode(lines)) });
  const asked = api.ask("/api/import", { method: "POST", headers: { "content-type": "application/x-ndjson" }, body, signal: gone.signal });
  while (archive.heldTurns.size === 0) await settle();
  gone.abort();
  await assert.rejects(asked);
  await api[Symbol.asyncDispose]();
  assert.equal(archive.heldTurns.size, 100);
  assert.deepEqual(api.app.log.messages("error"), []);
});
