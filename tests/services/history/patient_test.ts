import assert from "node:assert/strict";
import { HistoryError } from "../../../services/history/errors.ts";
import { patientHistory } from "../../../services/history/patient.ts";
import type { TurnRecord } from "../../../services/history/store.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { fakeHistory } from "../../support/fake_history.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const turn = { turnId: "01A", outcome: "completed" } as TurnRecord;
const busy = () => Promise.reject(new HistoryError("Cannot commit: another program is writing", "history_busy"));

function patient() {
  const clock = new VirtualClock();
  const store = fakeHistory();
  const log = captureLogger();
  return { clock, store, log, history: patientHistory(store, { clock, logger: log.logger }) };
}

Deno.test("a commit that finds the store busy is made when the store is free, and resolves only then", async () => {
  const { clock, store, log, history } = patient();
  using _ = log;
  store.onCommit = busy;
  let kept = false;
  const commit = history.commitTurn(turn).then(() => {
    kept = true;
  });
  await clock.advance(60_000);
  assert.equal(kept, false);
  store.onCommit = () => Promise.resolve();
  await clock.advance(2000);
  await commit;
  assert.deepEqual(store.turns.map(({ turnId }) => turnId), ["01A"]);
  assert.equal(log.messages("warning").length, 1);
  await history[Symbol.asyncDispose]();
  assert.equal(clock.armed, 0);
});

Deno.test("a commit that fails for good is rejected at once", async () => {
  const { clock, store, log, history } = patient();
  using _ = log;
  store.onCommit = () => Promise.reject(new HistoryError("Cannot commit: the database is damaged", "history_corrupt"));
  await assert.rejects(history.commitTurn(turn), /damaged/);
  assert.equal(clock.armed, 0);
});

Deno.test("what waits at the end of the process gets a last chance", async () => {
  const { clock, store, log, history } = patient();
  using _ = log;
  store.onCommit = busy;
  const commit = history.commitTurn(turn);
  await clock.advance(400);
  store.onCommit = () => Promise.resolve();
  const closing = history[Symbol.asyncDispose]();
  await clock.advance(1000);
  await closing;
  await commit;
  assert.equal(store.turns.length, 1);
  assert.equal(clock.armed, 0);
});

Deno.test("a store that stays busy to the end is reported, and nothing is left running", async () => {
  const { clock, store, log, history } = patient();
  using _ = log;
  store.onCommit = busy;
  const commit = assert.rejects(history.commitTurn(turn), /closed before/);
  await clock.advance(400);
  const closing = history[Symbol.asyncDispose]();
  await clock.advance(1000);
  await closing;
  await commit;
  assert.match(log.messages("error").join(), /1 turns could not be kept/);
  assert.equal(clock.armed, 0);
});
