import assert from "node:assert/strict";
import { HistoryError } from "../../../services/history/errors.ts";
import { turn, turnId } from "../../services/history/contract.ts";
import { DeliveryBench } from "./bench.ts";
import { fillOutbox } from "./fill_outbox.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ids = (...numbers: readonly number[]) => numbers.map(turnId);

/** Numbers from 1 to `count`. */
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const state = async (bench: DeliveryBench) => (await bench.delivery.status()).state;

Deno.test("a committed turn is in the archive within a moment, with its session, and out of the outbox", async () => {
  await using bench = await DeliveryBench.open();
  await bench.history.openSession({ sessionId: "session-1", deviceId: "aa:bb:cc:dd:ee:01", clientId: "c", startedAt: 1 });
  await bench.clock.advance(SECOND);
  await bench.commit(1);
  await bench.clock.advance(20);
  assert.deepEqual(bench.archive.ids(), ids(1));
  assert.deepEqual(bench.archive.turns, await bench.store.listTurns());
  assert.equal(bench.archive.sessions.get("session-1")?.clientId, "c");
  const { depth, delivered, oldestAgeMs, parked } = await bench.delivery.status();
  assert.deepEqual([depth, delivered, oldestAgeMs, parked, await state(bench)], [0, 1, 0, 0, "idle"]);
});

Deno.test("the end of a session arrives after its turns were delivered", async () => {
  await using bench = await DeliveryBench.open();
  await bench.history.openSession({ sessionId: "session-1", deviceId: "aa:bb:cc:dd:ee:01", clientId: "c", startedAt: 1 });
  await bench.commit(1, 2);
  await bench.clock.advance(SECOND);
  assert.equal(bench.archive.sessions.get("session-1")?.endedAt, undefined);
  await bench.history.closeSession("session-1", 5000, "idle");
  await bench.clock.advance(SECOND);
  assert.deepEqual(bench.archive.sessions.get("session-1"), {
    sessionId: "session-1",
    deviceId: "aa:bb:cc:dd:ee:01",
    clientId: "c",
    startedAt: 1,
    endedAt: 5000,
    endReason: "idle",
  });
  assert.deepEqual(bench.archive.ids(), ids(1, 2));
  assert.equal((await bench.delivery.status()).sessions, 0);
});

Deno.test("a turn is delivered with the mark of its commit that is noted right afterwards", async () => {
  await using bench = await DeliveryBench.open();
  await bench.clock.advance(SECOND);
  await bench.commit(1);
  bench.history.notePersisted(turnId(1), 77);
  await bench.clock.advance(SECOND);
  assert.equal(bench.archive.turns[0]?.timings.persistedMs, 77);
});

Deno.test("what nobody told of is delivered, too, within a minute", async () => {
  await using bench = await DeliveryBench.open();
  await bench.clock.advance(SECOND);
  await bench.store.commitTurn(turn(1));
  await bench.clock.advance(MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(1));
});

Deno.test("many waiting turns go in batches that grow to 200, in order", async () => {
  await using bench = await DeliveryBench.open({ remote: "none" });
  await bench.stop();
  fillOutbox(bench.dir.join("history.db"), 700);
  await using second = await DeliveryBench.open({ dir: bench.dir });
  await second.clock.advance(MINUTE);
  assert.deepEqual(second.archive.ids(), ids(0, ...upTo(699)));
  assert.deepEqual(second.archive.calls, [25, 50, 100, 200, 200, 125]);
});

/** A second process, with an archive, over the data of one that had none. */
async function reopened(bench: DeliveryBench): Promise<DeliveryBench> {
  await bench.stop();
  return await DeliveryBench.open({ dir: bench.dir });
}

Deno.test("a batch holds no more than a MiB of text, and a turn that is larger goes alone", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  const long = (n: number, bytes: number) =>
    bench.history.commitTurn(turn(n, { userText: "x".repeat(bytes), replyText: "", heardText: "" }));
  for (const n of upTo(3)) await long(n, 500_000);
  await long(4, 3_000_000);
  await long(5, 10);
  await bench.clock.advance(SECOND);
  bench.archive.fault = "none";
  bench.archive.calls.length = 0;
  await bench.clock.advance(5 * MINUTE);
  assert.deepEqual(bench.archive.calls, [2, 1, 1, 1]);
});

Deno.test("an archive that is down for hours is asked ever more rarely, nudges change nothing, and the log has one line for it", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  await bench.commit(1);
  await bench.clock.advance(20);
  assert.equal(bench.archive.calls.length, 1);
  for (const n of upTo(50).slice(1)) await bench.commit(n);
  await bench.clock.advance(500);
  assert.equal(bench.archive.calls.length, 1, "a nudge shortened the back-off");
  await bench.clock.advance(3 * HOUR);
  const attempts = bench.archive.calls.length;
  assert.ok(attempts > 3 * 60 && attempts < 3 * 60 * 60 / 40, `${attempts} attempts in three hours`);
  assert.deepEqual(bench.log.messages("warning").map((line) => /cannot be reached.* 1 turns wait/.test(line)), [true]);
  const { state, depth, oldestAgeMs, lastError } = await bench.delivery.status();
  assert.deepEqual([state, depth, lastError?.code], ["backoff", 50, "history_unreachable"]);
  assert.ok(oldestAgeMs >= 3 * HOUR);
  bench.archive.fault = "none";
  await bench.clock.advance(MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(...upTo(50)));
  const [over] = bench.log.messages("info");
  assert.match(over ?? "", new RegExp(`takes turns again after \\d+ ms and ${attempts} failed attempts`));
  assert.equal((await bench.delivery.status()).depth, 0);
});

Deno.test("an archive that is said to be back is given what waits at once, whatever pause is left", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  await bench.commit(1, 2);
  await bench.clock.advance(HOUR);
  bench.archive.fault = "none";
  bench.delivery.reachable();
  await bench.clock.advance(20);
  assert.deepEqual(bench.archive.ids(), ids(1, 2));
});

Deno.test("an archive that is back while a batch is still failing is asked again after a first pause", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  await bench.commit(1);
  await bench.clock.advance(HOUR);
  bench.archive.fault = "none";
  bench.archive.faults.push("hang");
  bench.delivery.reachable();
  await bench.clock.advance(SECOND);
  assert.equal(await state(bench), "delivering");
  bench.delivery.reachable();
  await bench.clock.advance(MINUTE + 2 * SECOND);
  assert.deepEqual(bench.archive.ids(), ids(1));
});

Deno.test("pauses grow from a second to a minute, and chance takes at most half of each", async () => {
  for (const random of [0, 0.999]) {
    await using bench = await DeliveryBench.open();
    bench.random = () => random;
    bench.archive.fault = "unreachable";
    await bench.commit(1);
    const at: number[] = [];
    for (let calls = 0; at.length < 9;) {
      await bench.clock.advance(10);
      if (bench.archive.calls.length > calls) at.push(bench.clock.now());
      calls = bench.archive.calls.length;
    }
    const pauses = at.slice(1).map((time, index) => Math.round((time - at[index]!) / 100) / 10);
    const full = [1, 2, 4, 8, 16, 32, 60, 60];
    assert.deepEqual(pauses, random === 0 ? [1, 1, 2, 4, 8, 16, 30, 30] : full);
  }
});

Deno.test("an answer that is lost, a transaction that is half done and a batch that hangs leave each turn there once, in order", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.faults.push("lost", "partial", "hang", "slow");
  await bench.commit(...upTo(9));
  await bench.clock.advance(10 * MINUTE);
  assert.equal(bench.archive.release(), 2, "the calls that were given up");
  await bench.clock.advance(10 * MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(...upTo(9)));
  assert.equal((await bench.delivery.status()).depth, 0);
  assert.equal((await bench.delivery.status()).lastError?.code, "delivery_timeout");
});

Deno.test("a turn that the archive refuses for good is set aside, and those behind it arrive", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.poison.add(turnId(3)).add(turnId(17));
  await bench.commit(...upTo(20));
  await bench.clock.advance(SECOND);
  assert.deepEqual(bench.archive.ids(), ids(...upTo(20).filter((n) => n !== 3 && n !== 17)));
  const { parked, depth, delivered, lastError } = await bench.delivery.status();
  assert.deepEqual([parked, depth, delivered, lastError?.code], [2, 0, 18, "history_failed"]);
  const lines = bench.log.messages("error");
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", new RegExp(`refuses turn ${turnId(3)} for good: .*out of range`));
  assert.deepEqual(bench.events.filter(({ type }) => type === "parked").length, 2);
  assert.equal((await bench.store.listTurns()).length, 20, "it stays in the local history");
});

Deno.test("a single turn that is refused is set aside when the archive still takes what it took before", async () => {
  await using bench = await DeliveryBench.open();
  await bench.commit(1);
  await bench.clock.advance(SECOND);
  bench.archive.poison.add(turnId(2));
  await bench.commit(2);
  await bench.clock.advance(SECOND);
  assert.equal((await bench.delivery.status()).parked, 1);
  await bench.commit(3);
  await bench.clock.advance(SECOND);
  assert.deepEqual(bench.archive.ids(), ids(1, 3));
});

Deno.test("what was set aside is tried again every day and at each start", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.poison.add(turnId(1));
  await bench.commit(1, 2);
  await bench.clock.advance(HOUR);
  assert.equal((await bench.delivery.status()).parked, 1);
  const before = bench.archive.calls.length;
  await bench.clock.advance(DAY);
  assert.ok(bench.archive.calls.length > before);
  assert.equal((await bench.delivery.status()).parked, 1);
  bench.archive.poison.clear();
  await bench.stop();
  await bench.start();
  await bench.clock.advance(SECOND);
  assert.deepEqual(bench.archive.ids(), ids(2, 1));
  assert.equal((await bench.delivery.status()).parked, 0);
});

Deno.test("an archive that refuses everything has nothing set aside: the delivery stands still, says so, and goes on by itself", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "refuse";
  await bench.commit(...upTo(9));
  await bench.clock.advance(SECOND);
  const { state, parked, depth, lastError } = await bench.delivery.status();
  assert.deepEqual([state, parked, depth, lastError?.code], ["blocked", 0, 9, "archive_refuses"]);
  assert.match(bench.log.messages("error").join(), /stands still: .*the table is gone; 9 turns wait/);
  await bench.commit(10);
  await bench.clock.advance(HOUR);
  assert.equal(bench.log.messages("error").length, 1);
  bench.archive.fault = "none";
  await bench.clock.advance(5 * MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(...upTo(10)));
});

Deno.test("an archive that refuses everything after it took something has nothing set aside, either", async () => {
  await using bench = await DeliveryBench.open();
  await bench.commit(1);
  await bench.clock.advance(SECOND);
  bench.archive.fault = "refuse";
  await bench.commit(2);
  await bench.clock.advance(SECOND);
  assert.deepEqual([await state(bench), (await bench.delivery.status()).parked], ["blocked", 0]);
});

Deno.test("a refused turn at the head is found out although batches have shrunk to one while the archive was away", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  bench.archive.poison.add(turnId(1));
  await bench.commit(...upTo(5));
  await bench.clock.advance(HOUR);
  bench.archive.fault = "none";
  await bench.clock.advance(2 * MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(2, 3, 4, 5));
  assert.equal((await bench.delivery.status()).parked, 1);
});

Deno.test("a crash of the actor loses nothing: it is started again and goes on", async () => {
  await using bench = await DeliveryBench.open();
  bench.random = () => {
    bench.random = () => 0.5;
    throw new Error("A fault in the chart");
  };
  bench.archive.faults.push("lost");
  await bench.commit(...upTo(5));
  await bench.clock.advance(20);
  await bench.clock.advance(MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(...upTo(5)));
  assert.equal(await state(bench), "idle");
  assert.deepEqual(bench.log.messages("error").map((line) => /crashed; nothing is lost: A fault in the chart/.test(line)), [true]);
});

Deno.test("a full disk here is an outage like any other: what could not be acknowledged is delivered again, and is there once", async () => {
  await using bench = await DeliveryBench.open();
  const { store } = bench;
  const acknowledge = store.acknowledge;
  store.acknowledge = () => Promise.reject(new HistoryError("Cannot acknowledge: no space left", "disk_full"));
  await bench.commit(1, 2);
  await bench.clock.advance(HOUR);
  assert.deepEqual([await state(bench), (await bench.delivery.status()).lastError?.code], ["backoff", "disk_full"]);
  store.acknowledge = acknowledge;
  await bench.clock.advance(2 * MINUTE);
  assert.deepEqual(bench.archive.ids(), ids(1, 2));
  assert.deepEqual([(await bench.delivery.status()).depth, (await bench.delivery.status()).parked], [0, 0]);
});

Deno.test("an outbox that cannot be read leaves the status standing, with the reason", async () => {
  await using bench = await DeliveryBench.open();
  await bench.clock.advance(SECOND);
  bench.store.outboxLoad = () => Promise.reject(new HistoryError("Cannot read: the database is damaged", "history_corrupt"));
  const { depth, lastError } = await bench.delivery.status();
  assert.deepEqual([depth, lastError?.code], [0, "history_corrupt"]);
});

Deno.test("an actor that crashes again and again stays down, and says so, while turns are kept", async () => {
  await using bench = await DeliveryBench.open();
  bench.random = () => {
    throw new Error("A fault in the chart");
  };
  bench.archive.fault = "unreachable";
  await bench.commit(1);
  await bench.clock.advance(HOUR);
  assert.equal(await state(bench), "down");
  assert.match(bench.log.messages("error").join(), /crashes again and again.*A fault in the chart/);
  await bench.commit(2);
  await bench.drain(SECOND);
  assert.equal((await bench.delivery.status()).depth, 2);
});

Deno.test("at shutdown what waits is delivered, also out of a back-off, and then nothing is delivered any more", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "unreachable";
  await bench.commit(...upTo(60));
  await bench.clock.advance(HOUR);
  bench.archive.fault = "none";
  const drained = bench.drain(10 * SECOND);
  await bench.clock.advance(SECOND);
  await drained;
  assert.deepEqual(bench.archive.ids(), ids(...upTo(60)));
  await bench.commit(61);
  await bench.clock.advance(HOUR);
  assert.equal(bench.archive.turns.length, 60);
  assert.equal(bench.clock.armed, 0);
  assert.equal(await state(bench), "drained");
});

Deno.test("a shutdown waits for a hanging archive no longer than it may, and says what is left", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "hang";
  await bench.commit(1, 2);
  await bench.clock.advance(SECOND);
  let over = false;
  const drained = bench.drain(3 * SECOND).then(() => over = true);
  await bench.clock.advance(2900);
  assert.equal(over, false);
  await bench.clock.advance(100);
  await drained;
  assert.match(bench.log.messages("warning").at(-1) ?? "", /2 turns are delivered after the next start/);
  assert.equal(bench.clock.armed, 0);
});

Deno.test("a shutdown in front of an archive that refuses everything ends at once", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.fault = "refuse";
  await bench.commit(1);
  await bench.clock.advance(SECOND);
  const drained = bench.drain(HOUR);
  await bench.clock.advance(SECOND);
  await drained;
  assert.equal(bench.clock.armed, 0);
});

Deno.test("without an archive everything is kept, the state says so, and the first archive gets it all", async () => {
  await using bench = await DeliveryBench.open({ remote: "none" });
  await bench.history.openSession({ sessionId: "session-1", deviceId: "aa:bb:cc:dd:ee:01", clientId: "c", startedAt: 1 });
  await bench.commit(...upTo(30));
  await bench.history.closeSession("session-1", 2, "idle");
  await bench.clock.advance(90 * DAY);
  const { state, depth, sessions } = await bench.delivery.status();
  assert.deepEqual([state, depth, sessions], ["local", 30, 1]);
  assert.equal((await bench.store.listTurns()).length, 30, "nothing is deleted that was delivered nowhere");
  await bench.drain(SECOND);
  await using second = await reopened(bench);
  await second.clock.advance(MINUTE);
  assert.deepEqual(second.archive.ids(), ids(...upTo(30)));
  assert.equal(second.archive.sessions.get("session-1")?.endReason, "idle");
});

Deno.test("delivered turns leave the local history after history.localDays, undelivered ones never", async () => {
  await using bench = await DeliveryBench.open({ localDays: 3 });
  await bench.commit(...upTo(120));
  await bench.clock.advance(HOUR);
  bench.archive.fault = "unreachable";
  await bench.commit(121);
  await bench.clock.advance(2 * DAY);
  assert.equal((await bench.store.listTurns({ limit: 1000 })).length, 121);
  await bench.clock.advance(2 * DAY);
  assert.deepEqual((await bench.store.listTurns({ limit: 1000 })).map(({ turnId }) => turnId), ids(121));
  assert.equal(bench.archive.turns.length, 120);
});

Deno.test("every batch, failure and refusal is an event that a metric can be made of", async () => {
  await using bench = await DeliveryBench.open();
  bench.archive.faults.push("lost");
  await bench.commit(1);
  await bench.clock.advance(10 * SECOND);
  bench.archive.poison.add(turnId(2));
  await bench.commit(2);
  await bench.clock.advance(10 * SECOND);
  const { events } = bench;
  assert.deepEqual(events.map((event) => event.type === "delivered" ? [event.turns, event.skipped] : event.type), [
    "failed",
    [1, 1],
    "parked",
  ]);
});
