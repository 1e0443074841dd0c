/**
 * What a conversation leaves in the metrics.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DeviceMetrics } from "../../../services/metrics/device_metrics.ts";
import { createInstruments } from "../../../services/metrics/instruments.ts";
import { ProviderMetrics } from "../../../services/metrics/providers.ts";
import { conversation } from "../../support/conversation.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

function counted() {
  const clock = new VirtualClock();
  const instruments = createInstruments();
  const turns: boolean[] = [];
  const metrics = new DeviceMetrics(instruments, new ProviderMetrics(instruments, clock), { turn: (failed) => turns.push(failed) });
  const talk = conversation({ clock, deps: { metrics }, script: { speaksForMs: () => 3000 } });
  return { talk, clock, instruments, turns };
}

Deno.test("a turn leaves its outcome, its response, and as many frames as went each way", async () => {
  const { talk, clock, instruments, turns } = counted();
  await using _ = talk;
  const device = talk.connect();
  device.frame(new Uint8Array(40));
  await device.hello();
  device.listen("auto");
  await clock.advance(0);
  await device.say(900);
  await clock.advance(8000);
  assert.equal(instruments.turns.get("completed"), 1);
  assert.deepEqual(turns, [false]);
  assert.equal(instruments.audioFrames.get("in"), 26, "15 of speech, 10 of silence, and one too early");
  assert.equal(instruments.audioFramesDropped.get("early"), 1);
  assert.equal(instruments.audioFrames.get("out"), device.frameTimes().length);
  const [lateness] = instruments.playoutLateness.samples();
  assert.equal(lateness?.counts.at(-1), device.frameTimes().length);
  assert.equal(lateness?.sum, 0, "on a clock that is never late");
  assert.equal(instruments.turnResponse.samples()[0]?.counts.at(-1), 1);
  assert.deepEqual(talk.supervisor.counts(), { protocols: { 1: 1 }, states: { [device.state]: 1 } });
});

Deno.test("a reply that the person cuts leaves the time that it took to fall silent", async () => {
  const { talk, clock, instruments } = counted();
  await using _ = talk;
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await clock.advance(0);
  await device.say(900);
  for (let waited = 0; device.frameTimes().length < 5 && waited < 8000; waited += 20) await clock.advance(20);
  device.send({ type: "abort" });
  await clock.advance(2000);
  assert.equal(instruments.turns.get("interrupted"), 1);
  const [silence] = instruments.bargeInToSilence.samples();
  assert.equal(silence?.counts.at(-1), 1);
  assert.equal(silence?.sum, 0, "at once");
});

Deno.test("a reply that ends by itself leaves none, and neither does a device that goes away", async () => {
  const { talk, clock, instruments } = counted();
  await using _ = talk;
  const device = talk.connect();
  await device.hello();
  device.listen("auto");
  await clock.advance(0);
  await device.say(900);
  await clock.advance(8000);
  await device.say(900);
  await clock.advance(1500);
  device.vanish();
  await clock.advance(2000);
  assert.equal(instruments.bargeInToSilence.samples()[0]?.counts.at(-1), 0);
});
