import assert from "node:assert/strict";
import fc from "fast-check";
import { Playout } from "../../../audio/playout/playout.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { SimulatedDevice } from "./simulated_device.ts";

const FRAME_MS = 60;
const TAIL_MS = 240;
const REPLY_FRAMES = 25;

function setUp({ leadFrames = 2, buffered = () => 0 }: { leadFrames?: number; buffered?: () => number } = {}) {
  const clock = new VirtualClock();
  const device = new SimulatedDevice(clock, FRAME_MS);
  const ended: number[] = [];
  const stalled: number[] = [];
  const said: string[] = [];
  const playout = new Playout({
    clock,
    format: { sampleRate: 24_000, frameMs: FRAME_MS },
    leadFrames,
    tailMs: TAIL_MS,
    maxBufferedBytes: 2048,
    stallMs: 5000,
    sink: { send: (_, timestampMs) => device.receive(timestampMs), bufferedAmount: buffered },
    onSentence: (text) => said.push(text),
    onEnded: () => ended.push(clock.now()),
    onStalled: () => stalled.push(clock.now()),
  });
  const push = (frames: number) => {
    for (let i = 0; i < frames; i++) playout.push(new Uint8Array(180));
  };
  return { clock, device, playout, push, ended, stalled, said };
}

const all = Array.from({ length: REPLY_FRAMES }, (_, k) => (k + 1) * FRAME_MS);

Deno.test("paused at any 20 ms of a reply for any time, it goes on where it stopped, and what was heard is exact all along", async () => {
  for (const [leadFrames, stepMs] of [[2, 20], [0, 140], [5, 140]] as const) {
    for (let at = 0; at < REPLY_FRAMES * FRAME_MS + TAIL_MS; at += stepMs) {
      const { device, playout, push, ended } = setUp({ leadFrames });
      const exact = () => {
        const off = Math.abs(playout.report().heardMs - device.playedMs);
        assert.ok(off <= 1, `lead ${leadFrames}, paused at ${at}: ${playout.report().heardMs} noted, ${device.playedMs} played`);
      };
      push(REPLY_FRAMES);
      playout.finish();
      await device.run(at, exact);
      playout.pause();
      const sent = device.arrivals.length;
      await device.run((at * 7) % 900, exact);
      assert.equal(device.arrivals.length, sent, "frames in a pause");
      playout.resume();
      await device.run(REPLY_FRAMES * FRAME_MS + TAIL_MS + 900, exact);
      assert.deepEqual(device.timestamps, all, "frames lost or repeated");
      assert.equal(device.playedMs, REPLY_FRAMES * FRAME_MS);
      assert.equal(ended.length, 1);
      const { underruns, rebases } = playout.report();
      assert.deepEqual([underruns, rebases], [0, 0]);
      assert.ok(device.burst() <= leadFrames + 1, "more than the lead at once");
    }
  }
});

Deno.test("any pauses, with packets that come at any time, lose and repeat nothing", async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("pause", "resume", "push", "nothing"), fc.integer({ min: 0, max: 400 })), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 5 }), async (steps, leadFrames) => {
      const { clock, device, playout, push, ended } = setUp({ leadFrames });
      let pushed = 0;
      for (const [what, ms] of steps) {
        if (what === "pause") playout.pause();
        if (what === "resume") playout.resume();
        if (what === "push") {
          push(3);
          pushed += 3;
        }
        await device.run(ms, () => assert.ok(Math.abs(playout.report().heardMs - device.playedMs) <= 1));
      }
      playout.finish();
      playout.resume();
      await device.run(pushed * FRAME_MS + 1000);
      assert.deepEqual(device.timestamps, Array.from({ length: pushed }, (_, k) => (k + 1) * FRAME_MS));
      assert.deepEqual([device.playedMs, ended.length, clock.armed], [pushed * FRAME_MS, 1, 0]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a paused reply does not end, even when all of it was sent", async () => {
  const { clock, playout, push, ended } = setUp();
  push(3);
  playout.finish();
  await clock.advance(100);
  playout.pause();
  await clock.advance(10_000);
  assert.deepEqual(ended, []);
  assert.equal(playout.report().heardMs, 180);
  playout.resume();
  await clock.advance(0);
  assert.equal(ended.length, 1);
});

Deno.test("a paused reply that is aborted says what was heard up to there", async () => {
  const { clock, playout, push, device } = setUp();
  playout.sentence("One two three four five.");
  push(20);
  await clock.advance(600);
  playout.pause();
  await clock.advance(3000);
  const { heardMs, framesSent } = playout.abort();
  assert.equal(heardMs, framesSent * FRAME_MS);
  assert.equal(device.arrivals.length, framesSent);
  assert.equal(clock.armed, 0);
  playout.resume();
  await clock.advance(1000);
  assert.equal(device.arrivals.length, framesSent);
});

Deno.test("paused before its first frame a reply begins when it is resumed", async () => {
  const { clock, playout, push, device, said } = setUp();
  playout.pause();
  playout.sentence("One.");
  push(5);
  await clock.advance(1000);
  assert.deepEqual([device.arrivals, said], [[], []]);
  playout.resume();
  await clock.advance(1000);
  assert.deepEqual(device.arrivals, [1000, 1000, 1000, 1060, 1120]);
  assert.deepEqual(said, ["One."]);
});

Deno.test("frames that a blocked network holds are not heard in a pause, and one that stays blocked is given up in it, too", async () => {
  let bytes = 0;
  const { clock, playout, push, stalled } = setUp({ buffered: () => bytes });
  push(40);
  await clock.advance(300);
  bytes = 3000;
  await clock.advance(120);
  playout.pause();
  await clock.advance(1000);
  const { heardMs, framesSent } = playout.report();
  assert.ok(heardMs < framesSent * FRAME_MS, "not all can have been heard");
  bytes = 0;
  await clock.advance(20);
  await clock.advance(framesSent * FRAME_MS);
  assert.equal(playout.report().heardMs, framesSent * FRAME_MS);
  playout.resume();
  await clock.advance(60);
  bytes = 3000;
  await clock.advance(120);
  playout.pause();
  await clock.advance(6000);
  assert.equal(stalled.length, 1);
  assert.equal(clock.armed, 0);
});
