/**
 * What every archive does, whatever it keeps its rows in.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { HistoryArchive, Page, PageQuery } from "../../../services/history/archive.ts";
import { foldText } from "../../../services/history/archive/text.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { erasureContract } from "./erasure_contract.ts";
import { archived, type ArchiveHarness, DEVICE, OTHER, session, stored, T0 } from "./archive_harness.ts";
import { type ContractOptions, turnId } from "./contract.ts";

/** All items of a list, page by page. */
export async function allPages<T>(
  list: (query: PageQuery) => Promise<Page<T>>,
  limit: number,
  between?: () => Promise<void>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  while (true) {
    const page = await list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.items.length <= limit, "a page is longer than was asked for");
    items.push(...page.items);
    if (page.next === undefined) return items;
    assert.match(page.next, /^[A-Za-z0-9_-]+$/);
    cursor = page.next;
    await between?.();
  }
}

/** Runs the contract over one kind of archive. */
export function archiveContract(name: string, create: () => Promise<ArchiveHarness>, { ignore = false }: ContractOptions = {}): void {
  const test = (says: string, body: (harness: ArchiveHarness) => Promise<void>) =>
    Deno.test({
      name: `${name} archive: ${says}`,
      ignore,
      fn: async () => {
        await using harness = await create();
        await body(harness);
      },
    });
  const ids = (page: Page<StoredTurn>) => page.items.map((each) => each.turnId);
  const found = async ({ archive }: ArchiveHarness, text: string) => ids(await archive.search({ text }));

  test("a turn is read back as it was applied, with its session", async ({ archive }) => {
    const given = stored(1, {
      outcome: "failed",
      source: "text",
      error: { code: "chat_timeout", message: "Chat gave no text within 15 s" },
      audioFiles: { user: "audio/x/1.user.ogg", reply: "audio/x/1.reply.ogg" },
      origin: "http:17",
      sentences: [{ text: "answer '\"\u0000😀 1.", startMs: 0, heardMs: 840 }, { text: "And more.", startMs: 900, heardMs: 60 }],
    });
    const record = session(1, { title: "Tea" });
    assert.deepEqual(await archive.apply([{ turn: given, session: record }]), { added: 1, updated: 0, skipped: 0 });
    assert.deepEqual(await archive.turn(turnId(1)), given);
    assert.deepEqual((await archive.turns()).items, [given]);
    assert.deepEqual(await archive.session("session-1"), { ...record, turns: 1 });
    assert.deepEqual((await archive.sessions()).items, [{ ...record, turns: 1, opening: given.userText }]);
  });

  test("a list of sessions says how each began: with the first words of a person", async ({ archive }) => {
    const turns = [stored(1, { userText: "", source: "say" }), stored(2, { userText: "字".repeat(500) }), stored(3, { userText: "later" })];
    await archive.apply(turns.map((turn) => ({ turn: { ...turn, sessionId: "session-1" }, session: session(1) })));
    await archive.apply([{
      turn: stored(4, { sessionId: "session-4", userText: "" }),
      session: { ...session(1), sessionId: "session-4" },
    }]);
    const openings = (await archive.sessions()).items.map(({ sessionId, opening }) => [sessionId, opening]);
    assert.deepEqual(openings.sort(), [["session-1", "字".repeat(160)], ["session-4", undefined]]);
  });

  test("sessions are found by why they ended, and hits of a search by how the turn did", async ({ archive }) => {
    const ends = ["idle", "error", "idle", "goodbye"];
    await archive.apply(ends.map((endReason, index) => ({
      turn: stored(index, { sessionId: `session-${index}`, userText: "tea", outcome: index < 2 ? "failed" : "completed" }),
      session: { ...session(index), sessionId: `session-${index}`, startedAt: index, endReason },
    })));
    const listed = (await archive.sessions({ endReason: "idle" })).items;
    assert.deepEqual(listed.map(({ sessionId }) => sessionId), ["session-2", "session-0"]);
    const page = await archive.sessions({ endReason: "idle", limit: 1 });
    const next = await archive.sessions({ endReason: "idle", limit: 1, cursor: page.next ?? "" });
    assert.deepEqual([...page.items, ...next.items].map(({ sessionId }) => sessionId), ["session-2", "session-0"]);
    assert.deepEqual((await archive.search({ text: "tea", outcome: "failed" })).items.map(({ turnId: id }) => id), [turnId(1), turnId(0)]);
  });

  test("what is unknown is undefined, and an empty archive has empty pages without a next one", async ({ archive }) => {
    assert.equal(await archive.turn("nobody"), undefined);
    assert.equal(await archive.session("nobody"), undefined);
    assert.equal(await archive.retitle("nobody", "x"), false);
    for (const page of [await archive.turns(), await archive.sessions(), await archive.search({ text: "x" })]) {
      assert.deepEqual(page, { items: [] });
    }
    assert.deepEqual(await archive.apply([]), { added: 0, updated: 0, skipped: 0 });
    assert.deepEqual(await archive.erase({ deviceId: "nobody" }), { turns: 0, sessions: 0, audioFiles: [] });
  });

  test("any text comes back as it was, but for NUL and halves of surrogate pairs, which become U+FFFD", async ({ archive, reset }) => {
    const any = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("a\0b", "\uD83D", "\uDE00x", "  ", "'\"`\\%_"),
    );
    await fc.assert(
      fc.asyncProperty(any, any, any, async (userText, replyText, heardText) => {
        await reset();
        await archive.apply([archived(1, { userText, replyText, heardText, error: { code: "x", message: userText } })]);
        const kept = (text: string) => text.toWellFormed().replaceAll("\0", "\uFFFD");
        const read = await archive.turn(turnId(1));
        assert.deepEqual(
          [read?.userText, read?.replyText, read?.heardText, read?.error?.message],
          [userText, replyText, heardText, userText].map(kept),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("a text of a megabyte is kept whole and found by its last word", async (harness) => {
    const replyText = "很长的回答,".repeat(200_000) + "终点";
    await harness.archive.apply([archived(1, { replyText, heardText: replyText }), archived(2)]);
    const read = await harness.archive.turn(turnId(1));
    assert.ok(read?.replyText === replyText && read.heardText === replyText);
    assert.deepEqual(await found(harness, "终点"), [turnId(1)]);
  });

  test("any turns in pages of any size come exactly once each, in order, whatever is added and erased meanwhile", async (harness) => {
    const { archive, reset } = harness;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { maxLength: 24 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("newest" as const, "oldest" as const),
        fc.array(fc.nat(23), { maxLength: 5 }),
        async (times, limit, order, erased) => {
          await reset();
          // Few instants for many turns, so that ids decide.
          const turns = times.map((time, n) => stored(n, { startedAt: T0 + time }));
          await archive.apply(turns.map((each) => ({ turn: each })));
          const goes = new Set(erased.filter((n) => n < turns.length));
          let step = 0;
          const read = await allPages((page) => archive.turns({ ...page, order }), limit, async () => {
            const id = [...goes][step++];
            if (id !== undefined) await archive.erase({ turnId: turnId(id) });
            // Not for ever: where the oldest come first, what is added could always be ahead.
            if (step <= 8) await archive.apply([archived(100 + step, { startedAt: T0 + step })]);
          });
          const seen = read.map((each) => each.turnId);
          assert.equal(new Set(seen).size, seen.length, "a turn came twice");
          const stays = turns.filter((_, n) => !goes.has(n)).map((each) => each.turnId);
          assert.deepEqual(stays.filter((id) => !seen.includes(id)), [], "a turn was left out");
          const key = (each: StoredTurn) => `${each.startedAt} ${each.turnId}`;
          const sorted = read.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
          assert.deepEqual(seen, (order === "oldest" ? sorted : sorted.reverse()).map((each) => each.turnId));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("sessions come in pages, newest first, and narrow to a device and a span", async ({ archive }) => {
    const deviceOf = (n: number) => n % 2 === 0 ? DEVICE : OTHER;
    for (let n = 0; n < 7; n++) {
      const record = session(n, { startedAt: T0 + Math.floor(n / 2), deviceId: deviceOf(n) });
      await archive.apply([{ turn: stored(n, { sessionId: `session-${n}`, deviceId: deviceOf(n) }), session: record }]);
    }
    for (const limit of [1, 2, 3, 7, 100]) {
      const all = await allPages((page) => archive.sessions(page), limit);
      assert.deepEqual(all.map((each) => each.sessionId), [6, 5, 4, 3, 2, 1, 0].map((n) => `session-${n}`));
      const some = await allPages((page) => archive.sessions({ ...page, deviceId: OTHER, from: T0 + 1 }), limit);
      assert.deepEqual(some.map((each) => each.sessionId), ["session-5", "session-3"]);
    }
    assert.deepEqual((await archive.sessions({ until: T0 + 1 })).items.map((each) => each.sessionId), ["session-1", "session-0"]);
  });

  test("turns narrow to device, session, outcome and a span whose end is not in it", async ({ archive }) => {
    await archive.apply([
      archived(1),
      archived(2, { deviceId: OTHER, sessionId: "session-2" }),
      archived(3, { outcome: "interrupted" }),
      archived(4, { sessionId: "session-4" }),
    ]);
    const listed = async (query: Parameters<HistoryArchive["turns"]>[0]) => (await archive.turns(query)).items.map((each) => each.turnId);
    const at = (n: number) => stored(n).startedAt;
    assert.deepEqual(await listed({ deviceId: OTHER }), [turnId(2)]);
    assert.deepEqual(await listed({ sessionId: "session-1" }), [turnId(3), turnId(1)]);
    assert.deepEqual(await listed({ outcome: "interrupted" }), [turnId(3)]);
    assert.deepEqual(await listed({ from: at(2), until: at(4), order: "oldest" }), [turnId(2), turnId(3)]);
    assert.deepEqual(await listed({ deviceId: DEVICE, sessionId: "session-4", outcome: "completed", from: at(4) }), [turnId(4)]);
    assert.deepEqual(await listed({ deviceId: DEVICE, sessionId: "session-2" }), []);
  });

  test("a page without a size has 50 items, and none has more than 1,000", async ({ archive }) => {
    await archive.apply(Array.from({ length: 1_001 }, (_, n) => archived(n)));
    assert.equal((await archive.turns()).items.length, 50);
    for (const limit of [1e9, Infinity, NaN]) assert.equal((await archive.turns({ limit })).items.length, 1_000);
    for (const limit of [0, -5, 0.5]) assert.equal((await archive.turns({ limit })).items.length, 1);
  });

  test("a cursor of another list, of the other order, or of nobody is refused", async ({ archive }) => {
    await archive.apply([1, 2, 3].map((n) => ({ turn: stored(n, { sessionId: `s${n}` }) })));
    const next = async (page: Promise<Page<unknown>>) => (await page).next ?? "";
    const cursors = {
      newest: await next(archive.turns({ limit: 1 })),
      oldest: await next(archive.turns({ limit: 1, order: "oldest" })),
      sessions: await next(archive.sessions({ limit: 1 })),
      search: await next(archive.search({ limit: 1, text: "question" })),
    };
    const lists: Record<keyof typeof cursors, (cursor: string) => Promise<Page<unknown>>> = {
      newest: (cursor) => archive.turns({ cursor }),
      oldest: (cursor) => archive.turns({ cursor, order: "oldest" }),
      sessions: (cursor) => archive.sessions({ cursor }),
      search: (cursor) => archive.search({ cursor, text: "question" }),
    };
    for (const [list, read] of Object.entries(lists)) {
      for (const [from, cursor] of Object.entries(cursors)) {
        if (from === list) assert.equal((await read(cursor)).items.length, 2);
        else await assert.rejects(read(cursor), { code: "bad_cursor" }, `${list} took a cursor of ${from}`);
      }
      for (const cursor of ["", "x", "' OR 1=1 --", "AAAA", `${cursors.newest}A`]) {
        await assert.rejects(read(cursor), { code: "bad_cursor" });
      }
    }
  });

  test("a search finds all words in any order, on either side, in upper or lower case, Chinese without spaces", async (harness) => {
    await harness.archive.apply([
      archived(1, { userText: "今天北京的天气怎么样?", replyText: "It will be SUNNY in Beijing" }),
      archived(2, { userText: "明天上海天气", replyText: "有雨,带伞" }),
      archived(3, { userText: "Play some Jazz", replyText: "好的,播放爵士乐 🎷" }),
      archived(4, { userText: "ＡＢＣ １２３", replyText: "Ünïcödé ΣΊΣΥΦΟΣ" }),
    ]);
    const cases: [string, number[]][] = [
      ["天气", [2, 1]],
      ["气", [2, 1]],
      ["北京", [1]],
      ["天气 北京", [1]],
      ["京北", []],
      ["sunny 今天", [1]],
      ["sunny\u3000天气\t", [1]],
      ["jazz", [3]],
      ["JAZZ 播放", [3]],
      ["azz", [3]],
      ["🎷", [3]],
      ["🎸", []],
      ["伞", [2]],
      ["abc 123", [4]],
      ["ünïcödé", [4]],
      ["σίσυφος", [4]],
      ["σίσυφοσ", [4]],
      ["天气 jazz", []],
      ["怎么样?it", []],
      ["   ", []],
    ];
    for (const [text, turns] of cases) assert.deepEqual(await found(harness, text), turns.map(turnId), `searched for '${text}'`);
  });

  test("no character of a search means more than itself", async (harness) => {
    const texts = [
      "100% sure",
      "100 sure",
      "snake_case",
      "snakeXcase",
      "it's",
      'say "hi"',
      "back\\slash",
      "a*b",
      "x OR y",
      "^start",
      "col:umn",
      "-minus",
    ];
    await harness.archive.apply(texts.map((userText, n) => archived(n, { userText, replyText: "" })));
    for (const [n, text] of texts.entries()) {
      const all = text.toLowerCase().split(" ");
      const expected = texts.flatMap((each, at) => all.every((word) => each.toLowerCase().includes(word)) ? [turnId(at)] : []).reverse();
      assert.ok(expected.includes(turnId(n)));
      assert.deepEqual(await found(harness, text), expected, `searched for '${text}'`);
    }
    for (const text of ["%", "_", "'", '"', "\\", "*", "NEAR(", "') OR 1=1 --", '" OR ""="', "\0", "\uD83D"]) {
      const words = foldText(text).split(/\s+/).filter((word) => word !== "");
      const expected = texts.flatMap((each, at) => words.every((word) => foldText(each).includes(word)) ? [turnId(at)] : []).reverse();
      assert.deepEqual(await found(harness, text), expected, `searched for '${text}'`);
    }
    assert.equal((await harness.archive.turns()).items.length, texts.length);
  });

  test("a search finds exactly the turns that contain every word, for any texts and words, page by page", async ({ archive, reset }) => {
    const character = fc.constantFrom(..."abAB茶天气😀%_'\" \n.ßſKİ");
    const text = fc.string({ unit: character, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text), { maxLength: 12 }),
        fc.array(text, { minLength: 3, maxLength: 3 }),
        async (texts, searches) => {
          await reset();
          await archive.apply(texts.map(([userText, replyText], n) => archived(n, { userText, replyText })));
          for (const search of searches) {
            const words = foldText(search).split(/\s+/u).filter((word) => word !== "");
            const expected = words.length === 0
              ? []
              : texts.flatMap(([user, reply], n) =>
                words.every((word) => foldText(user).includes(word) || foldText(reply).includes(word)) ? [turnId(n)] : []
              ).reverse();
            const all = await allPages((page) => archive.search({ ...page, text: search }), 2);
            assert.deepEqual(all.map((each) => each.turnId), expected);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a search narrows to a device and a span, and refuses more than 200 characters", async ({ archive }) => {
    await archive.apply([archived(1), archived(2, { deviceId: OTHER }), archived(3)]);
    assert.deepEqual(ids(await archive.search({ text: "question", deviceId: DEVICE })), [turnId(3), turnId(1)]);
    assert.deepEqual(ids(await archive.search({ text: "question", until: stored(3).startedAt })), [turnId(2), turnId(1)]);
    assert.deepEqual(ids(await archive.search({ text: "question", from: stored(3).startedAt })), [turnId(3)]);
    assert.deepEqual(ids(await archive.search({ text: "茶".repeat(200) })), []);
    await assert.rejects(archive.search({ text: "茶".repeat(201) }), /Cannot search for 201 characters/);
  });

  test("hostile ids are only ids", async ({ archive }) => {
    const hostile = ["'; DROP TABLE turns; --", '" OR 1=1 --', "%", "_", "\\", "../../x", "", "x\0y", "turn 1", "💥"];
    await archive.apply(hostile.map((id, n) => archived(n, { turnId: `t${id}`, sessionId: id, deviceId: id, origin: id })));
    for (const id of hostile) {
      assert.equal((await archive.turn(`t${id}`))?.userText, `question ${hostile.indexOf(id)}`);
      assert.equal((await archive.turns({ sessionId: id })).items.length, 1);
      assert.equal((await archive.turns({ deviceId: id })).items.length, 1);
      assert.equal(await archive.retitle(id, id), true);
    }
    assert.deepEqual((await allPages((page) => archive.turns(page), 3)).length, hostile.length);
    assert.deepEqual((await allPages((page) => archive.sessions(page), 3)).length, hostile.length);
    for (const [n, id] of hostile.entries()) {
      assert.equal((await archive.erase({ deviceId: id })).turns, 1);
      assert.equal((await archive.turns()).items.length, hostile.length - n - 1);
    }
  });

  test("a turn is applied once, however often, and stays as it first was", async ({ archive }) => {
    const batch = [1, 2, 3].map((n) => archived(n));
    assert.deepEqual(await archive.apply(batch), { added: 3, updated: 0, skipped: 0 });
    assert.deepEqual(await archive.apply([...batch, archived(4)]), { added: 1, updated: 0, skipped: 3 });
    assert.deepEqual(await archive.apply([archived(1, { replyText: "changed" })]), { added: 0, updated: 0, skipped: 1 });
    assert.deepEqual(await archive.apply([archived(5), archived(5, { replyText: "twin" })]), { added: 1, updated: 0, skipped: 1 });
    assert.deepEqual((await archive.turns({ order: "oldest" })).items, [1, 2, 3, 4, 5].map((n) => stored(n)));
  });

  test("the same batch applied many times at once counts once", async ({ archive }) => {
    const batch = Array.from({ length: 60 }, (_, n) => ({ turn: stored(n, { sessionId: `session-${n % 7}` }), session: session(n % 7) }));
    const counts = await Promise.all([batch, batch.toReversed(), batch, batch.slice(20)].map((each) => archive.apply(each)));
    assert.equal(counts.reduce((sum, each) => sum + each.added, 0), 60);
    assert.deepEqual(counts.map((each) => each.added + each.updated + each.skipped), [60, 60, 60, 40]);
    assert.equal((await archive.turns({ limit: 100 })).items.length, 60);
    const sessions = (await archive.sessions()).items;
    assert.deepEqual([sessions.length, sessions.reduce((sum, each) => sum + each.turns, 0)], [7, 60]);
  });

  test("a source may replace what has its own origin, and nothing else", async (harness) => {
    const { archive } = harness;
    const own = { origin: "http:1" };
    await archive.apply([archived(1, own), archived(2), archived(3, { origin: "stock:1" })]);
    const news = { ...own, userText: "reworded", replyText: "corrected", timings: { firstFrameMs: 7 }, heardMs: 1 };
    const batch = [archived(1, news), archived(2, news), archived(3, news)];
    assert.deepEqual(await archive.apply(batch), { added: 0, updated: 0, skipped: 3 });
    assert.deepEqual(await archive.apply(batch, { replace: true }), { added: 0, updated: 1, skipped: 2 });
    assert.deepEqual(await archive.apply(batch, { replace: true }), { added: 0, updated: 0, skipped: 3 });
    assert.deepEqual((await archive.turns({ order: "oldest" })).items, [
      stored(1, news),
      stored(2),
      stored(3, { origin: "stock:1" }),
    ]);
    assert.deepEqual(await found(harness, "reworded"), [turnId(1)]);
    assert.deepEqual((await found(harness, "question")).sort(), [turnId(2), turnId(3)]);
    assert.deepEqual(await archive.apply([archived(2, { replyText: "x" })], { replace: true }), { added: 0, updated: 0, skipped: 1 });
    const twins = [archived(4, own), archived(4, { ...own, replyText: "last" })];
    assert.deepEqual(await archive.apply(twins, { replace: true }), { added: 1, updated: 0, skipped: 1 });
    assert.equal((await archive.turn(turnId(4)))?.replyText, "last");
  });

  test("a session is made from its turns where it is not known, and completed when it is", async ({ archive }) => {
    await archive.apply([archived(3), archived(5)]);
    const made = { sessionId: "session-1", deviceId: DEVICE, clientId: "", endReason: "import" };
    assert.deepEqual(await archive.session("session-1"), { ...made, startedAt: stored(3).startedAt, endedAt: stored(5).endedAt, turns: 2 });
    await archive.apply([archived(1)]);
    assert.deepEqual(await archive.session("session-1"), { ...made, startedAt: stored(1).startedAt, endedAt: stored(5).endedAt, turns: 3 });
    const { endedAt: _, endReason: __, ...open } = session(1, { startedAt: T0 });
    await archive.apply([{ turn: stored(6), session: open }]);
    assert.deepEqual(await archive.session("session-1"), { ...open, turns: 4 });
    const ended = { ...open, endedAt: T0 + 9_000, endReason: "idle", title: "Tea" };
    await archive.apply([{ turn: stored(6), session: ended }]);
    assert.deepEqual(await archive.session("session-1"), { ...ended, turns: 4 });
    await archive.apply([{ turn: stored(7), session: { ...ended, endedAt: T0 + 1, endReason: "error", title: "Coffee" } }]);
    assert.deepEqual(await archive.session("session-1"), { ...ended, turns: 5 });
  });

  test("a session keeps the title that people gave it, and stays without one where they took it away", async ({ archive }) => {
    const title = async () => (await archive.session("session-1"))?.title;
    await archive.apply([{ turn: stored(1), session: session(1, { title: "First" }) }]);
    assert.equal(await title(), "First");
    assert.equal(await archive.retitle("session-1", "茶 🍵 'x'"), true);
    assert.equal(await archive.retitle("session-1", "茶 🍵 'x'"), true);
    assert.equal(await title(), "茶 🍵 'x'");
    assert.equal(await archive.retitle("session-1", ""), true);
    assert.equal(await title(), undefined);
    await archive.apply([{ turn: stored(2), session: session(1, { title: "Again" }) }]);
    assert.equal(await title(), undefined);
  });

  erasureContract(name, create, { ignore });
}
