import assert from "node:assert/strict";
import { TurnLog } from "../../../tools/device/turn_log.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** A log in the middle of an answer into which the person has just said something. */
function interrupted(): TurnLog {
  const log = new TurnLog(new VirtualClock());
  log.speechEnded();
  log.stt("first");
  log.ttsStart();
  log.frame();
  log.speechEnded();
  return log;
}

Deno.test("an answer that is cut after the person has spoken into it has ended, and what was said is the next turn", () => {
  const log = interrupted();
  log.ttsStop();
  log.stt("second");
  log.ttsStart();
  log.frame();
  log.ttsStop();
  assert.deepEqual(log.turns.map(({ sttText, frames, ttsStopAt }) => [sttText, frames, ttsStopAt]), [["first", 1, 0], ["second", 1, 0]]);
});

Deno.test("an answer that goes on after a noise keeps its packets", () => {
  const log = interrupted();
  log.sentence("more");
  log.frame();
  log.ttsStop();
  assert.deepEqual(log.turns.map(({ sttText, frames, sentences }) => [sttText, frames, sentences]), [["first", 2, ["more"]], [
    undefined,
    0,
    [],
  ]]);
});
