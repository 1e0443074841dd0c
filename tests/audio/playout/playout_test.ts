import assert from "node:assert/strict";
import fc from "fast-check";
import { Playout, type PlayoutOptions, type PlayoutReport } from "../../../audio/playout/playout.ts";
import type { TimerId } from "../../../base/clock.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { SimulatedDevice } from "./simulated_device.ts";

const FRAME_MS = 60;
const TAIL_MS = 240;

/** A clock whose timers fire late. */
class LateClock extends VirtualClock {
  lateness: () => number = () => 0;
  override setTimeout(callback: () => void, ms: number): TimerId {
    return super.setTimeout(callback, ms + this.lateness());
  }
}

function setUp(options: Partial<PlayoutOptions> = {}) {
  const clock = new LateClock();
  const device = new SimulatedDevice(clock, FRAME_MS);
  const log: string[] = [];
  const sink = { held: 0, bufferedAmount: () => sink.held, send: (_: Uint8Array, timestampMs: number) => device.receive(timestampMs) };
  const ended: { at: number; report: PlayoutReport }[] = [];
  const stalled: { at: number; report: PlayoutReport }[] = [];
  const playout = new Playout({
    clock,
    format: { sampleRate: 24000, frameMs: FRAME_MS },
    leadFrames: 2,
    tailMs: TAIL_MS,
    maxBufferedBytes: 1500,
    stallMs: 3000,
    sink,
    onFirstFrame: () => log.push(`first@${clock.now()}`),
    onSentence: (text, index) => log.push(`${index}:${text}@${clock.now()}/${device.arrivals.length}`),
    onEnded: (report) => ended.push({ at: clock.now(), report }),
    onStalled: (report) => stalled.push({ at: clock.now(), report }),
    ...options,
  });
  const push = (frames: number) => {
    for (let i = 0; i < frames; i++) playout.push(new Uint8Array(180));
  };
  return { clock, device, playout, push, log, sink, ended, stalled };
}

Deno.test("frame k leaves at t0 + max(0, k - lead) frames, for every lead", async () => {
  for (const leadFrames of [0, 1, 2, 3, 4, 5]) {
    const { clock, device, playout, push, ended } = setUp({ leadFrames });
    await clock.advance(1234);
    push(40);
    playout.finish();
    await clock.advance(40 * FRAME_MS + TAIL_MS);
    assert.deepEqual(device.arrivals, Array.from({ length: 40 }, (_, k) => 1234 + Math.max(0, k - leadFrames) * FRAME_MS));
    assert.deepEqual(ended.map(({ at }) => at), [1234 + 40 * FRAME_MS + TAIL_MS]);
    assert.equal(clock.armed, 0);
  }
});

Deno.test("timers that are late by less than a frame do not make the schedule drift", async () => {
  for (const leadFrames of [0, 2]) {
    const { clock, device, push } = setUp({ leadFrames });
    clock.lateness = () => 7;
    push(500);
    await clock.advance(500 * FRAME_MS);
    assert.equal(device.arrivals.at(-1), (499 - leadFrames) * FRAME_MS + 7);
  }
});

Deno.test("timestamps are the playout position, and never 0", async () => {
  const { clock, device, push } = setUp();
  push(4);
  await clock.advance(1000);
  assert.deepEqual(device.timestamps, [60, 120, 180, 240]);
});

Deno.test("a sentence is announced in step with its first frame, the first frame is told once", async () => {
  const { clock, playout, push, log } = setUp();
  playout.sentence("One.");
  push(5);
  playout.sentence("Silent.");
  playout.sentence("Two.");
  push(5);
  playout.finish();
  await clock.advance(2000);
  assert.deepEqual(log, ["0:One.@0/0", "first@0", "2:Two.@180/5"]);
});

Deno.test("silence after what stands by itself is no underrun, and silence after what follows it is one again", async () => {
  const { device, playout, push } = setUp();
  push(4);
  playout.rest();
  await device.run(1000);
  push(4);
  await device.run(1000);
  assert.equal(playout.report().underruns, 0);
  push(4);
  await device.run(1000);
  assert.equal(playout.report().underruns, 1);
});

Deno.test("after an underrun no more than the lead goes at once, and the lead is restored", async () => {
  for (const leadFrames of [0, 1, 2, 3, 4, 5]) {
    const { clock, device, playout, push } = setUp({ leadFrames });
    push(4);
    await device.run(1000);
    assert.equal(playout.report().underruns, 0);
    push(30);
    await device.run(30 * FRAME_MS);
    const { underruns, rebases } = playout.report();
    assert.deepEqual({ underruns, rebases }, { underruns: 1, rebases: 1 });
    assert.equal(device.burst(4), Math.max(1, leadFrames));
    assert.equal(device.arrivals[20], 1000 + (16 - leadFrames) * FRAME_MS);
    assert.ok(device.idle);
    assert.equal(clock.armed, 0);
  }
});

Deno.test("a late timer or a stall of the process never makes a burst of more than the lead", async () => {
  for (const lateMs of [59, 60, 119, 120, 121, 500, 5000]) {
    for (const leadFrames of [0, 1, 2, 5]) {
      const { clock, device, push, playout } = setUp({ leadFrames });
      push(200);
      await clock.advance(300);
      clock.lateness = () => lateMs;
      await clock.advance(60);
      clock.lateness = () => 0;
      const before = device.arrivals.length;
      await clock.advance(lateMs + 10 * FRAME_MS);
      assert.ok(device.burst(before) <= Math.max(1, leadFrames), `${lateMs} ms late, lead ${leadFrames}: ${device.burst(before)}`);
      assert.equal(playout.report().rebases, lateMs >= Math.max(1, leadFrames) * FRAME_MS ? 1 : 0);
    }
  }
});

Deno.test("a frame that is late but in time for the device does not move the schedule", async () => {
  const { clock, device, playout, push } = setUp();
  push(5);
  await clock.advance(4 * FRAME_MS);
  push(6);
  await clock.advance(1000);
  const { underruns, rebases } = playout.report();
  assert.deepEqual({ underruns, rebases }, { underruns: 0, rebases: 0 });
  assert.deepEqual(device.arrivals.slice(5), [240, 240, 300, 360, 420, 480]);
});

Deno.test("at an abort at any time, what was heard is known within a frame, and nothing happens afterwards", async () => {
  for (let at = 0; at <= 1600; at += 20) {
    const { clock, device, playout, push, ended } = setUp();
    playout.sentence("Seven words are spoken in this sentence.");
    push(10);
    clock.setTimeout(() => push(8), 900);
    await device.run(at);
    const report = playout.abort();
    assert.ok(Math.abs(report.heardMs - device.playedMs) <= FRAME_MS, `${at}: ${report.heardMs} told, ${device.playedMs} played`);
    assert.equal(report.framesSent, device.arrivals.length);
    const sent = device.arrivals.length;
    await clock.advance(3000);
    push(3);
    playout.finish();
    await clock.advance(3000);
    assert.equal(device.arrivals.length, sent);
    assert.equal(ended.length, 0);
    assert.equal(clock.armed, 0);
    assert.equal(playout.report(), report);
    assert.equal(playout.abort(), report);
  }
});

Deno.test("the end is told once, a tail after the device has played everything, with everything heard", async () => {
  const { clock, device, playout, push, ended } = setUp();
  playout.sentence("你好。");
  push(7);
  await device.run(100);
  playout.finish();
  playout.finish();
  await device.run(7 * FRAME_MS + TAIL_MS - 100 - 1);
  assert.equal(ended.length, 0);
  await device.run(2);
  assert.equal(ended.length, 1);
  assert.equal(device.playedMs, 420);
  assert.equal(ended[0]?.report.heardMs, 420);
  assert.equal(ended[0]?.report.heardText, "你好。");
  assert.equal(clock.armed, 0);
});

Deno.test("a reply without frames ends at once, but not within finish itself", async () => {
  const { clock, playout, ended, log } = setUp();
  playout.sentence("Nobody could say this.");
  playout.finish();
  assert.equal(ended.length, 0);
  await clock.advance(0);
  assert.equal(ended.length, 1);
  assert.equal(ended[0]?.report.heardText, "");
  assert.deepEqual(log, []);
  assert.equal(clock.armed, 0);
});

Deno.test("finish long after the last frame was played ends at once", async () => {
  const { clock, playout, push, ended } = setUp();
  push(2);
  await clock.advance(5000);
  playout.finish();
  assert.equal(ended.length, 1);
  assert.equal(playout.report().underruns, 0);
});

Deno.test("sending pauses while the sink holds too much and goes on without a burst", async () => {
  const { device, playout, push, sink, stalled } = setUp();
  push(60);
  await device.run(600);
  const before = device.arrivals.length;
  sink.held = 1501;
  await device.run(1000);
  assert.equal(device.arrivals.length, before);
  sink.held = 0;
  await device.run(300);
  assert.ok(device.arrivals.length > before);
  assert.ok(device.burst(before) <= 2);
  assert.equal(stalled.length, 0);
  assert.equal(playout.report().rebases, 1);
});

Deno.test("a sink that takes nothing for the stall time ends the playout; one that drains slowly does not", async () => {
  const { clock, device, playout, push, sink, stalled, ended } = setUp();
  push(60);
  await device.run(60);
  for (sink.held = 9000; sink.held > 2000; sink.held -= 1000) await device.run(2500);
  assert.equal(stalled.length, 0);
  const since = clock.now();
  await device.run(3100);
  assert.equal(stalled.length, 1);
  assert.ok(stalled[0]!.at - since <= 3020, `${stalled[0]!.at - since}`);
  assert.equal(stalled[0]?.report.framesSent, device.arrivals.length);
  assert.equal(clock.armed, 0);
  sink.held = 0;
  push(3);
  playout.finish();
  await device.run(3000);
  assert.equal(ended.length, 0);
  assert.equal(stalled[0]?.report.framesSent, device.arrivals.length);
});

Deno.test("each pause of the sink is timed by itself", async () => {
  const { device, push, sink, stalled } = setUp();
  push(200);
  for (let pause = 0; pause < 3; pause++) {
    sink.held = 2000;
    await device.run(2000);
    sink.held = 0;
    await device.run(300);
  }
  assert.equal(stalled.length, 0);
});

Deno.test("after a network pause the end still comes after the last sound, and what was heard is true within the sink's content", async () => {
  for (const pauseAt of [100, 700, 1500, 1600]) {
    const clock = new LateClock();
    const device = new SimulatedDevice(clock, FRAME_MS);
    let open = true;
    const held: number[] = [];
    let ended = 0;
    const playout = new Playout({
      clock,
      format: { sampleRate: 24000, frameMs: FRAME_MS },
      leadFrames: 2,
      tailMs: 0,
      maxBufferedBytes: 1500,
      stallMs: 5000,
      sink: {
        bufferedAmount: () => held.length * 180,
        send: (_, timestampMs) => open ? device.receive(timestampMs) : held.push(timestampMs),
      },
      onEnded: () => ended++,
    });
    for (let i = 0; i < 30; i++) playout.push(new Uint8Array(180));
    playout.finish();
    await device.run(pauseAt);
    open = false;
    await device.run(2000);
    assert.equal(ended, 0);
    open = true;
    for (const timestampMs of held.splice(0)) device.receive(timestampMs);
    await device.run(25);
    await device.run(4000, () => {
      assert.ok(ended === 0 || device.idle);
      assert.ok(playout.report().heardMs <= device.playedMs + FRAME_MS);
    });
    assert.equal(ended, 1);
    assert.equal(device.playedMs, 1800);
  }
});

Deno.test("the end waits for a sink that still holds frames", async () => {
  const { device, playout, push, sink, ended } = setUp();
  push(5);
  playout.finish();
  await device.run(150);
  sink.held = 360;
  await device.run(1500);
  assert.equal(ended.length, 0);
  sink.held = 0;
  await device.run(600);
  assert.equal(ended.length, 1);
});

Deno.test("callbacks may abort, push and finish", async () => {
  const sent: number[] = [];
  const clock = new VirtualClock();
  const playout: Playout = new Playout({
    clock,
    format: { sampleRate: 24000, frameMs: FRAME_MS },
    leadFrames: 2,
    tailMs: 0,
    maxBufferedBytes: 1500,
    stallMs: 3000,
    sink: {
      bufferedAmount: () => 0,
      send: (_, timestampMs) => {
        sent.push(timestampMs);
        if (timestampMs === 60) {
          playout.push(new Uint8Array(1));
          playout.sentence("Stop.");
          playout.push(new Uint8Array(1));
          playout.finish();
        }
      },
    },
    onSentence: () => {
      playout.abort();
    },
  });
  playout.push(new Uint8Array(1));
  assert.deepEqual(sent, [60, 120]);
  assert.equal(clock.armed, 0);
  await clock.advance(1000);
  assert.deepEqual(sent, [60, 120]);
});

Deno.test("waitForSpace holds the producer until the queue is short, and lets it go at an abort", async () => {
  const { clock, playout, push } = setUp();
  await playout.waitForSpace(600);
  push(30);
  let free = false;
  const wait = playout.waitForSpace(600).then(() => free = true);
  while (playout.queuedMs >= 600) {
    await settle();
    assert.equal(free, false);
    await clock.advance(FRAME_MS);
  }
  await wait;
  const never = playout.waitForSpace(1);
  playout.abort();
  await never;
  await playout.waitForSpace(0);
});

Deno.test("heard text is the sentences heard and whole words of the one under way", async () => {
  const { device, playout, push } = setUp();
  playout.sentence("Hello there.");
  push(5);
  playout.sentence("今天天气很好。");
  push(7);
  playout.sentence("We might go out now, family 👨‍👩‍👧‍👦 and all.");
  push(20);
  playout.finish();
  const heard: string[] = [];
  await device.run(32 * FRAME_MS, () => {
    const { heardText } = playout.report();
    if (heard.at(-1) !== heardText) heard.push(heardText);
  });
  assert.deepEqual(heard.slice(0, 4), ["", "Hello", "Hello there", "Hello there."]);
  const chinese = ["今", "今天", "今天天", "今天天气", "今天天气很", "今天天气很好", "今天天气很好。"];
  assert.deepEqual(heard.slice(4, 11), chinese.map((part) => `Hello there.${part}`));
  assert.ok(heard.includes("Hello there.今天天气很好。We might go out"));
  assert.equal(heard.at(-1), "Hello there.今天天气很好。We might go out now, family 👨‍👩‍👧‍👦 and all.");
  for (const text of heard) assert.ok(!text.includes("👨") || text.includes("👨‍👩‍👧‍👦"));
  const { sentences } = playout.report();
  assert.deepEqual(sentences.map(({ frames, heardFrames }) => [frames, heardFrames]), [[5, 5], [7, 7], [20, 20]]);
});

Deno.test("a sentence whose audio has not all come is not claimed to have been heard whole", async () => {
  const { device, playout, push } = setUp();
  playout.sentence("This sentence takes about five seconds to say, but only its first second has been made so far.");
  push(17);
  await device.run(3000);
  const { heardText } = playout.abort();
  assert.match(heardText, /^This sentence/);
  assert.ok(heardText.length < 30, heardText);
});

Deno.test("with any producer, lead and lateness: no bursts, true accounting, and an end after the last sound", async () => {
  const producer = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      producer,
      fc.integer({ min: 0, max: 5 }),
      fc.infiniteStream(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 400 }))),
      fc.constantFrom(0, TAIL_MS),
      async (steps, leadFrames, lateness, tailMs) => {
        const { clock, device, playout, push, ended } = setUp({ leadFrames, tailMs });
        clock.lateness = () => lateness.next().value;
        let worst = 0;
        const check = () => {
          const { heardMs } = playout.report();
          worst = Math.max(worst, Math.abs(heardMs - device.playedMs));
          assert.ok(clock.armed <= 1);
          assert.ok(ended.length === 0 || device.idle, "ended while playing");
        };
        let total = 0;
        for (const [gap, frames] of steps) {
          await device.run(gap, check);
          push(frames);
          total += frames;
        }
        playout.finish();
        for (let i = 0; i < 200 && ended.length === 0; i++) await device.run(100, check);
        assert.equal(ended.length, 1);
        assert.equal(device.arrivals.length, total);
        assert.equal(device.playedMs, total * FRAME_MS);
        assert.equal(ended[0]?.report.heardMs, total * FRAME_MS);
        assert.ok(worst <= FRAME_MS, `${worst} ms off`);
        // The first burst alone may hold the frame that plays besides the lead.
        assert.ok(device.burst() <= leadFrames + 1);
        assert.ok(device.burst(leadFrames + 1) <= Math.max(1, leadFrames));
        assert.equal(clock.armed, 0);
      },
    ),
    { numRuns: 40 },
  );
});

/** Three sentences of five frames, as many of them pushed as `pushed` says, and the rest afterwards. */
async function cutAt(afterMs: number, pushed = 3) {
  let cut = 0;
  const scene = setUp({ onCutShort: () => void cut++ });
  const { playout, push, clock, ended, device } = scene;
  const say = (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      playout.sentence(`s${n}`);
      push(5);
    }
  };
  say(0, pushed);
  await clock.advance(afterMs);
  playout.finishSentence();
  say(pushed, 3);
  playout.finish();
  await clock.advance(60_000);
  assert.equal(clock.armed, 0);
  assert.equal(ended.length, 1);
  return { cut, frames: device.arrivals.length, heard: ended[0]!.report.heardText };
}

Deno.test("a reply that is to end with its sentence ends with the one that is being sent, whatever was pushed of the next", async () => {
  assert.deepEqual(await cutAt(0), { cut: 1, frames: 5, heard: "s0" });
  assert.deepEqual(await cutAt(60), { cut: 1, frames: 5, heard: "s0" });
  assert.deepEqual(await cutAt(5 * FRAME_MS), { cut: 1, frames: 10, heard: "s0 s1" });
  assert.deepEqual(await cutAt(60, 1), { cut: 1, frames: 5, heard: "s0" });
  assert.deepEqual(await cutAt(60, 0), { cut: 1, frames: 5, heard: "s0" });
});

Deno.test("a reply that is in its last sentence, or over, is not cut short", async () => {
  assert.deepEqual(await cutAt(14 * FRAME_MS), { cut: 0, frames: 15, heard: "s0 s1 s2" });
  const { playout, push, clock, ended } = setUp();
  push(1);
  playout.finish();
  await clock.advance(60_000);
  playout.finishSentence();
  assert.equal(ended.length, 1);
});

Deno.test("wherever a reply is told to end with its sentence, whole sentences are heard and the end is told once", async () => {
  for (let ms = 0; ms < 15 * FRAME_MS; ms += 20) {
    const { frames, heard } = await cutAt(ms);
    assert.equal(frames % 5, 0);
    assert.equal(heard.split(" ").length, frames / 5);
  }
});

Deno.test("each frame tells how late it was sent, and what was not there yet is not late", async () => {
  const late: number[] = [];
  const { clock, playout, push } = setUp({ leadFrames: 0, onSent: (ms) => late.push(Math.round(ms)) });
  clock.lateness = () => 7;
  push(3);
  await clock.advance(500);
  // Long after the device has run dry, which is an underrun and no fault of the pace.
  push(2);
  playout.finish();
  await clock.advance(1000);
  assert.deepEqual(late, [0, 7, 7, 0, 7]);
});

Deno.test("a pause makes no frame late", async () => {
  const late: number[] = [];
  const { clock, playout, push } = setUp({ onSent: (ms) => late.push(ms) });
  push(10);
  await clock.advance(100);
  playout.pause();
  await clock.advance(3000);
  playout.resume();
  playout.finish();
  await clock.advance(2000);
  assert.deepEqual(late, Array.from({ length: 10 }, () => 0));
});
