/**
 * What every archive does when it erases; part of `archiveContract`.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "../../../services/history/archive.ts";
import type { StoredTurn } from "../../../services/history/store.ts";
import { archived, type ArchiveHarness, DEVICE, OTHER, session, stored, T0 } from "./archive_harness.ts";
import { type ContractOptions, turnId } from "./contract.ts";

/** Runs the contract over one kind of archive. */
export function erasureContract(name: string, create: () => Promise<ArchiveHarness>, { ignore = false }: ContractOptions = {}): void {
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

  test("an erased turn is gone from everything, names its audio, and does not come back", async (harness) => {
    const { archive } = harness;
    const audioFiles = { user: "audio/x/1.user.ogg", reply: "audio/x/1.reply.ogg" };
    const batch = [archived(1, { audioFiles, origin: "http:1" }), archived(2)];
    await archive.apply(batch);
    const erased = await archive.erase({ turnId: turnId(1) });
    assert.deepEqual({ ...erased, audioFiles: erased.audioFiles.toSorted() }, {
      turns: 1,
      sessions: 0,
      audioFiles: [audioFiles.reply, audioFiles.user],
    });
    for (const replace of [false, true]) assert.deepEqual(await archive.apply(batch, { replace }), { added: 0, updated: 0, skipped: 2 });
    assert.equal(await archive.turn(turnId(1)), undefined);
    assert.deepEqual(ids(await archive.turns()), [turnId(2)]);
    assert.deepEqual(await found(harness, "question"), [turnId(2)]);
    assert.equal((await archive.session("session-1"))?.turns, 1);
    assert.deepEqual(await archive.erase({ turnId: turnId(1) }), { turns: 0, sessions: 0, audioFiles: [] });
  });

  test("a turn erased before it arrives does not arrive", async ({ archive }) => {
    await archive.erase({ turnId: turnId(1) });
    assert.deepEqual(await archive.apply([archived(1), archived(2)]), { added: 1, updated: 0, skipped: 1 });
  });

  test("an erased session is gone with its turns, and what it says afterwards is kept", async ({ archive, clock }) => {
    const batch = [1, 2].map((n) => ({ turn: stored(n), session: session(1, { title: "Tea" }) }));
    await archive.apply([...batch, archived(3, { sessionId: "session-2" })]);
    assert.deepEqual(await archive.erase({ sessionId: "session-1" }), { turns: 2, sessions: 1, audioFiles: [] });
    assert.deepEqual(await archive.apply(batch), { added: 0, updated: 0, skipped: 2 });
    assert.equal(await archive.session("session-1"), undefined);
    assert.deepEqual(ids(await archive.turns()), [turnId(3)]);
    const late = { startedAt: clock.wall() + 1, endedAt: clock.wall() + 2 };
    assert.deepEqual(await archive.apply([archived(9, late)]), { added: 1, updated: 0, skipped: 0 });
    assert.equal((await archive.session("session-1"))?.turns, 1);
  });

  test("an erased device is gone with its turns, sessions, memory and role, and others stay", async ({ archive, clock }) => {
    const others = archived(9, { deviceId: OTHER, sessionId: "session-2" });
    const batch = [1, 2, 3].map((n) => archived(n));
    await archive.apply([...batch, others]);
    for (const deviceId of [DEVICE, OTHER]) {
      await archive.saveMemory({ deviceId, summary: "likes tea", coversUntil: T0, version: 1 });
      await archive.saveRole(deviceId, "pirate");
    }
    assert.deepEqual(await archive.erase({ deviceId: DEVICE }), { turns: 3, sessions: 1, audioFiles: [] });
    const left = async () => [ids(await archive.turns()), (await archive.sessions()).items.map((each) => each.sessionId)];
    assert.deepEqual(await left(), [[turnId(9)], ["session-2"]]);
    assert.deepEqual(await archive.apply([...batch, others, archived(4, { sessionId: "another" })]), { added: 0, updated: 0, skipped: 5 });
    assert.deepEqual(await left(), [[turnId(9)], ["session-2"]]);
    assert.equal((await archive.memoryOf(DEVICE))?.summary ?? "", "");
    assert.equal(await archive.saveMemory({ deviceId: DEVICE, summary: "was being made", coversUntil: T0, version: 2 }), false);
    assert.equal(await archive.roleOf(DEVICE), undefined);
    assert.deepEqual([(await archive.memoryOf(OTHER))?.summary, await archive.roleOf(OTHER)], ["likes tea", "pirate"]);
    const late = { startedAt: clock.wall() + 1, endedAt: clock.wall() + 2 };
    assert.deepEqual(await archive.apply([archived(5, late)]), { added: 1, updated: 0, skipped: 0 });
  });

  test("a device erased up to an instant keeps what began later", async ({ archive }) => {
    const batch = [1, 2, 3, 4].map((n) => ({
      turn: stored(n, { sessionId: `session-${n < 3 ? 1 : n}` }),
      session: session(n < 3 ? 1 : n),
    }));
    await archive.apply(batch);
    await archive.saveMemory({ deviceId: DEVICE, summary: "of later turns", coversUntil: stored(4).startedAt, version: 1 });
    await archive.saveRole(DEVICE, "pirate");
    assert.deepEqual(await archive.erase({ deviceId: DEVICE, until: stored(1).startedAt }), { turns: 1, sessions: 0, audioFiles: [] });
    assert.deepEqual(await archive.erase({ deviceId: DEVICE, until: stored(3).startedAt }), { turns: 2, sessions: 2, audioFiles: [] });
    assert.deepEqual(await archive.erase({ deviceId: DEVICE, until: stored(2).startedAt }), { turns: 0, sessions: 0, audioFiles: [] });
    assert.deepEqual(await archive.apply(batch), { added: 0, updated: 0, skipped: 4 });
    assert.deepEqual(ids(await archive.turns()), [turnId(4)]);
    assert.deepEqual((await archive.sessions()).items.map((each) => each.sessionId), ["session-4"]);
    assert.deepEqual([(await archive.memoryOf(DEVICE))?.summary, await archive.roleOf(DEVICE)], ["of later turns", "pirate"]);
  });

  test("what is dated in the future by a wrong clock is erased too, and does not keep out what is new", async ({ archive, clock }) => {
    const future = { startedAt: clock.wall() + 1e9, endedAt: clock.wall() + 1e9 };
    await archive.apply([archived(1), archived(2, { ...future, sessionId: "session-2" })]);
    assert.deepEqual(await archive.erase({ deviceId: DEVICE }), { turns: 2, sessions: 2, audioFiles: [] });
    const late = { startedAt: clock.wall() + 1, endedAt: clock.wall() + 2 };
    assert.deepEqual(await archive.apply([archived(1), archived(2, future), archived(3, late)]), { added: 1, updated: 0, skipped: 2 });
  });

  test("more turns than one step erases go in full, with their audio, while others are read and written", async (harness) => {
    const { archive } = harness;
    for (let from = 0; from < 1_200; from += 300) {
      await archive.apply(
        Array.from({ length: 300 }, (_, n) => archived(from + n, { audioFiles: { user: `audio/x/${from + n}.user.ogg` } })),
      );
    }
    const erasing = archive.erase({ deviceId: DEVICE });
    const meanwhile = archive.apply([archived(5_000, { deviceId: OTHER, sessionId: "session-2" }), archived(7)]);
    const [erased, applied] = await Promise.all([erasing, meanwhile, archive.turns(), archive.erase({ sessionId: "session-1" })]);
    assert.equal(applied.added, 1);
    assert.deepEqual(ids(await archive.turns()), [turnId(5_000)]);
    assert.deepEqual(await found(harness, "question"), [turnId(5_000)]);
    assert.ok(erased.turns <= 1_200);
    assert.deepEqual(await archive.erase({ deviceId: DEVICE }), { turns: 0, sessions: 0, audioFiles: [] });
  });

  test("an erasure and a batch that meet leave nothing of what was erased", async ({ archive, reset }) => {
    for (let round = 0; round < 5; round++) {
      await reset();
      const batch = Array.from({ length: 20 }, (_, n) => archived(n));
      await Promise.all([archive.apply(batch.slice(0, 10)), archive.erase({ deviceId: DEVICE }), archive.apply(batch)]);
      assert.deepEqual(ids(await archive.turns()), []);
    }
  });
}
