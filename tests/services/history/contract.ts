/**
 * What every history store does, whatever it keeps its rows in, and what one with an outbox does beyond that.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Outbox } from "../../../services/history/outbox.ts";
import type { HistoryStore, TurnDraft, TurnRecord } from "../../../services/history/store.ts";

/** A store under test, and the way to open the same data once more. */
export interface Harness<Store extends HistoryStore = HistoryStore> extends AsyncDisposable {
  /** Opens the store; after {@link crash} it meets the same data again. */
  open(): Promise<Store>;
  /** Drops the open store the way a killed process does: nothing is closed or told. */
  crash(): Promise<void>;
}

const T0 = Date.UTC(2026, 0, 2, 3, 4, 5);
const DEVICE = "aa:bb:cc:dd:ee:01";

/** A draft with a valid id; `n` orders it in time. */
export function draft(n: number, change: Partial<TurnDraft> = {}): TurnDraft {
  return {
    turnId: turnId(n),
    sessionId: "session-1",
    deviceId: DEVICE,
    startedAt: T0 + n * 1_000,
    source: "speech",
    userText: `question ${n}`,
    ...change,
  };
}

/** A finished turn; `n` orders it in time. */
export function turn(n: number, change: Partial<TurnRecord> = {}): TurnRecord {
  return {
    ...draft(n),
    outcome: "completed",
    replyText: `answer ${n}. And more.`,
    heardText: `answer ${n}.`,
    heardMs: 840.5,
    endedAt: T0 + n * 1_000 + 900,
    timings: { speechEndMs: 210, recognizedMs: 400.25, firstFrameMs: 612 },
    ...change,
  };
}

/** The n-th turn id. */
export function turnId(n: number): string {
  return `01KDZ${String(n).padStart(21, "0")}`;
}

/** What a contract is run with. */
export interface ContractOptions {
  /** True where what the store needs is missing. */
  readonly ignore?: boolean;
}

/** Defines tests of one kind of store. */
function tests<Store extends HistoryStore>(name: string, create: () => Promise<Harness<Store>>, { ignore = false }: ContractOptions) {
  return (says: string, body: (store: Store, harness: Harness<Store>) => Promise<void>): void =>
    Deno.test({
      name: `${name}: ${says}`,
      ignore,
      fn: async () => {
        await using harness = await create();
        const store = await harness.open();
        try {
          await body(store, harness);
        } finally {
          await store[Symbol.asyncDispose]();
        }
      },
    });
}

/** Runs the contract of stores over one kind of them. */
export function historyContract(name: string, create: () => Promise<Harness>, options: ContractOptions = {}): void {
  const test = tests(name, create, options);
  test("a committed turn is read back as it was written", async (store) => {
    const written = turn(1, {
      outcome: "failed",
      error: { code: "chat_timeout", message: "Chat gave no text within 15 s" },
      source: "text",
    });
    await store.draftTurn(draft(1));
    await store.commitTurn(written);
    assert.deepEqual(await store.listTurns(), [{ ...written, audioFiles: {} }]);
  });

  test(
    "how long the commit took is read with the turn after the next write, whatever that is, and after a close",
    async (store, harness) => {
      for (const n of [1, 2, 3, 4]) await store.commitTurn(turn(n));
      const persisted = async (from: HistoryStore) => (await from.listTurns()).map(({ timings }) => timings.persistedMs);
      store.notePersisted(turnId(1), 903);
      assert.deepEqual(await persisted(store), [undefined, undefined, undefined, undefined]);
      await store.draftTurn(draft(5));
      store.notePersisted(turnId(2), 904);
      await store.commitTurn(turn(5));
      store.notePersisted(turnId(3), 905);
      await store.openSession({ sessionId: "session-1", deviceId: DEVICE, clientId: "c", startedAt: T0 });
      store.notePersisted(turnId(4), 906);
      store.notePersisted("01KDZ0000000000000000UNKNOWN", 1);
      await store.closeSession("session-1", T0 + 1, "device");
      assert.deepEqual(await persisted(store), [903, 904, 905, 906, undefined]);
      assert.deepEqual((await store.listTurns())[0]?.timings, { ...turn(1).timings, persistedMs: 903 });
      store.notePersisted(turnId(5), 907);
      await store[Symbol.asyncDispose]();
      const again = await harness.open();
      assert.deepEqual((await persisted(again)).at(-1), 907);
      await again[Symbol.asyncDispose]();
    },
  );

  test("text in any script survives", async (store) => {
    const words = { userText: "你好,小智 '\"; DROP TABLE turns; --", replyText: "😀 Ça va?\nLine two", heardText: "😀" };
    await store.commitTurn(turn(1, words));
    const [read] = await store.listTurns();
    assert.deepEqual({ userText: read?.userText, replyText: read?.replyText, heardText: read?.heardText }, words);
  });

  test("text after a NUL is not lost", async (store) => {
    await store.commitTurn(turn(1, { replyText: "before\0after" }));
    assert.match((await store.listTurns())[0]?.replyText ?? "", /^before[\0\uFFFD]after$/);
  });

  test("a draft that comes after its commit changes nothing", async (store) => {
    await store.commitTurn(turn(1));
    await store.draftTurn(draft(1, { userText: "late" }));
    const [read] = await store.listTurns();
    assert.deepEqual([read?.outcome, read?.userText], ["completed", "question 1"]);
  });

  test("a session left by a crash is closed as crashed at the end of its last turn", async (store, harness) => {
    await store.openSession({ sessionId: "session-1", deviceId: DEVICE, clientId: "c", startedAt: T0 });
    await store.openSession({ sessionId: "session-2", deviceId: DEVICE, clientId: "c", startedAt: T0 + 9_000 });
    await store.closeSession("session-2", T0 + 9_500, "idle");
    await store.commitTurn(turn(3));
    await harness.crash();
    await using again = await harness.open();
    assert.deepEqual((await again.listSessions()).map((s) => [s.sessionId, s.endedAt, s.endReason, s.turns]), [
      ["session-2", T0 + 9_500, "idle", 0],
      ["session-1", T0 + 3_900, "crashed", 1],
    ]);
  });

  test("the first end of a session stands, and an unknown session is ignored", async (store) => {
    await store.openSession({ sessionId: "s", deviceId: DEVICE, clientId: "c", startedAt: T0 });
    await store.closeSession("s", T0 + 1, "goodbye");
    await store.closeSession("s", T0 + 2, "shutdown");
    await store.closeSession("nobody", T0 + 2, "shutdown");
    assert.deepEqual(await store.listSessions(), [
      { sessionId: "s", deviceId: DEVICE, clientId: "c", startedAt: T0, endedAt: T0 + 1, endReason: "goodbye", turns: 0 },
    ]);
  });

  test("turns come in pages, newest page first, oldest first within, with none left out or doubled", async (store) => {
    // Two share a start, so that only the id orders them.
    for (const n of [3, 1, 5, 2, 4]) await store.commitTurn(turn(n, n === 3 ? { startedAt: T0 + 2_000 } : {}));
    const pages: string[][] = [];
    let before: string | undefined;
    while (true) {
      const page = await store.listTurns({ limit: 2, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      pages.push(page.map((t) => t.userText));
      before = page[0]?.turnId;
    }
    assert.deepEqual(pages, [["question 4", "question 5"], ["question 2", "question 3"], ["question 1"]]);
  });

  test("sessions come in pages, newest first", async (store) => {
    for (const n of [2, 1, 3]) {
      await store.openSession({ sessionId: `s${n}`, deviceId: DEVICE, clientId: "c", startedAt: n === 2 ? T0 + 3 : T0 + n });
    }
    const first = await store.listSessions({ limit: 2 });
    const second = await store.listSessions({ limit: 2, before: first[1]?.sessionId ?? "" });
    assert.deepEqual([first, second].map((page) => page.map((s) => s.sessionId)), [["s3", "s2"], ["s1"]]);
    assert.deepEqual(await store.listSessions({ before: "nobody" }), []);
    assert.deepEqual(await store.listTurns({ before: "nobody" }), []);
  });

  test("lists narrow to a device and to a session", async (store) => {
    const other = { deviceId: "aa:bb:cc:dd:ee:02", sessionId: "session-2" };
    await store.openSession({ ...other, clientId: "c", startedAt: T0 });
    await store.openSession({ sessionId: "session-1", deviceId: DEVICE, clientId: "c", startedAt: T0 });
    await store.commitTurn(turn(1));
    await store.commitTurn(turn(2, other));
    assert.deepEqual((await store.listTurns({ deviceId: DEVICE })).map((t) => t.turnId), [turnId(1)]);
    assert.deepEqual((await store.listTurns({ sessionId: "session-2" })).map((t) => t.turnId), [turnId(2)]);
    assert.deepEqual((await store.listSessions({ deviceId: other.deviceId })).map((s) => [s.sessionId, s.turns]), [["session-2", 1]]);
  });

  test("a closed store refuses, saying so", async (store) => {
    await store[Symbol.asyncDispose]();
    await assert.rejects(store.commitTurn(turn(1)), { code: "history_closed" });
    await assert.rejects(store.listTurns(), { code: "history_closed" });
  });

  test("a commit without a draft works", async (store) => {
    await store.commitTurn(turn(1));
    assert.deepEqual((await store.listTurns()).map((t) => t.replyText), ["answer 1. And more."]);
  });

  test("a second commit of the same turn changes nothing", async (store) => {
    await store.commitTurn(turn(1));
    const before = await store.listTurns();
    await store.commitTurn(turn(1, { replyText: "something else", outcome: "failed" }));
    await Promise.all([store.commitTurn(turn(1)), store.commitTurn(turn(1))]);
    assert.deepEqual(await store.listTurns(), before);
  });

  test("commits of one turn at the same time, with audio, count once", async (store) => {
    const withAudio = turn(1, { audio: { user: new Uint8Array([1, 2, 3]) } });
    await Promise.all([store.commitTurn(withAudio), store.commitTurn(withAudio), store.commitTurn(turn(1))]);
    assert.equal((await store.listTurns()).length, 1);
  });

  test("texts longer than 64 kB come back whole", async (store) => {
    const words = { userText: "好".repeat(30_000), replyText: "words ".repeat(40_000), heardText: "" };
    await store.commitTurn(turn(1, words));
    const [read] = await store.listTurns();
    assert.deepEqual({ userText: read?.userText, replyText: read?.replyText, heardText: read?.heardText }, words);
  });

  test("ids that differ in case, accents or a space at the end are different", async (store) => {
    const ids = ["abc", "ABC", "abc ", "äbc", "abc\u0301"];
    for (const [n, id] of ids.entries()) await store.commitTurn(turn(n, { turnId: id, deviceId: id }));
    assert.deepEqual((await store.listTurns()).map((t) => t.turnId), ids);
    for (const id of ids) assert.deepEqual((await store.listTurns({ deviceId: id })).map((t) => t.turnId), [id]);
  });

  test("a draft is no turn yet", async (store) => {
    await store.draftTurn(draft(1));
    assert.deepEqual(await store.listTurns(), []);
  });

  test("a draft left by a crash is closed as crashed, over any number of starts", async (store, harness) => {
    await store.draftTurn(draft(1));
    await store.draftTurn(draft(2));
    await store.commitTurn(turn(2));
    for (let start = 0; start < 3; start++) {
      await harness.crash();
      await using again = await harness.open();
      assert.deepEqual((await again.listTurns()).map((t) => [t.turnId, t.outcome, t.userText]), [
        [turnId(1), "crashed", "question 1"],
        [turnId(2), "completed", "question 2"],
      ]);
    }
  });
}

/** Runs the contract of outboxes over one kind of store that has one. */
export function outboxContract(name: string, create: () => Promise<Harness<HistoryStore & Outbox>>, options: ContractOptions = {}): void {
  const test = tests(name, create, options);

  test("a commit has one outbox entry, with or without a draft, and a draft has none", async (store) => {
    await store.draftTurn(draft(2));
    await store.commitTurn(turn(1));
    const [entry, ...others] = await store.pendingOutbox();
    assert.deepEqual(others, []);
    assert.equal(entry?.turnId, turnId(1));
    assert.equal(entry?.turn.replyText, "answer 1. And more.");
    await store.commitTurn(turn(2));
    assert.equal((await store.pendingOutbox()).length, 2);
  });

  test("further commits of the same turn, also at the same time, do not change its outbox entry", async (store) => {
    const withAudio = turn(1, { audio: { user: new Uint8Array([1, 2, 3]) } });
    await Promise.all([store.commitTurn(withAudio), store.commitTurn(withAudio), store.commitTurn(turn(1))]);
    const before = await store.pendingOutbox();
    assert.equal(before.length, 1);
    await store.commitTurn(turn(1, { replyText: "something else", outcome: "failed" }));
    assert.deepEqual(await store.pendingOutbox(), before);
  });

  test("a turn delivered and acknowledged does not come back when it is committed again", async (store) => {
    await store.commitTurn(turn(1));
    const [entry] = await store.pendingOutbox();
    await store.acknowledge(entry?.seq ?? -1);
    await store.commitTurn(turn(1));
    assert.deepEqual(await store.pendingOutbox(), []);
    assert.equal((await store.listTurns()).length, 1);
  });

  test("the outbox gives entries in the order of their commits and never a number twice", async (store) => {
    for (const n of [3, 1, 2]) await store.commitTurn(turn(n));
    const entries = await store.pendingOutbox(2);
    assert.deepEqual(entries.map((entry) => entry.turnId), [turnId(3), turnId(1)]);
    for (const entry of await store.pendingOutbox()) await store.acknowledge(entry.seq);
    await store.acknowledge(123_456);
    await store.commitTurn(turn(4));
    const [next] = await store.pendingOutbox();
    assert.ok((next?.seq ?? 0) > Math.max(...entries.map((entry) => entry.seq)) + 1);
  });

  test("a draft left by a crash has one outbox entry, once over any number of starts", async (store, harness) => {
    await store.draftTurn(draft(1));
    await store.draftTurn(draft(2));
    await store.commitTurn(turn(2));
    for (let start = 0; start < 3; start++) {
      await harness.crash();
      await using again = await harness.open();
      assert.deepEqual((await again.pendingOutbox()).map((entry) => entry.turnId).sort(), [turnId(1), turnId(2)]);
    }
  });
}
