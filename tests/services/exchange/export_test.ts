import assert from "node:assert/strict";
import type { AudioStore } from "../../../services/audio_store/audio_store.ts";
import { exportStream } from "../../../services/exchange/export.ts";
import { HistoryError } from "../../../services/history/errors.ts";
import { SESSION, turnOf } from "../../routes/api/api_fixture.ts";
import { fakeArchive } from "../../support/fake_archive.ts";
import { settle } from "../../support/virtual_clock.ts";

const NO_AUDIO: AudioStore = {
  put: () => Promise.resolve(),
  size: () => Promise.resolve(undefined),
  read: () => Promise.resolve(undefined),
  remove: () => Promise.resolve(0),
  async *list() {},
};

const TURNS = 5000;

async function setUp() {
  const archive = fakeArchive();
  // Words that hardly shrink, so that a ZIP file cannot swallow all of it in one gulp.
  let state = 1;
  const noise = () => Array.from({ length: 60 }, () => (state = state * 48_271 % 2_147_483_647).toString(36)).join(" ");
  await archive.apply(Array.from({ length: TURNS }, (_, index) => ({ turn: turnOf(index, { replyText: noise() }), session: SESSION })));
  let pages = 0;
  const turns = archive.turns.bind(archive);
  archive.turns = (query) => {
    pages++;
    return turns(query);
  };
  return { archive, deps: { archive, audio: NO_AUDIO, timezone: "UTC" }, pages: () => pages };
}

for (const format of ["jsonl", "markdown", "zip"] as const) {
  Deno.test(`${format}: what nobody reads yet is not read from the history, and what nobody wants any more never is`, async () => {
    const { deps, pages } = await setUp();
    const reader = (await exportStream(deps, { sessionId: "s1" }, format)).getReader();
    await reader.read();
    for (let turn = 0; turn < 200; turn++) await settle();
    // Deflate and the ZIP writer hold some pages between them.
    assert.ok(pages() <= (format === "zip" ? 15 : 3), `${pages()} of ${TURNS / 200} pages`);
    await reader.cancel();
    const then = pages();
    for (let turn = 0; turn < 200; turn++) await settle();
    assert.ok(pages() <= then + 1, `${pages()} after ${then}`);
  });

  Deno.test(`${format}: a history that is away at the beginning is an error, and one that goes away later cuts the file off`, async () => {
    const { archive, deps } = await setUp();
    const away = new HistoryError("away", "history_unreachable");
    archive.failure = away;
    await assert.rejects(exportStream(deps, { sessionId: "s1" }, format), { code: "history_unreachable" });
    archive.failure = undefined;
    const body = await exportStream(deps, { sessionId: "s1" }, format);
    archive.failure = away;
    await assert.rejects(new Response(body).bytes());
  });
}
