import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES, UPLINK_RATE } from "../../../console/browser_device/format.ts";
import { loudness, MicFrames } from "../../../console/browser_device/mic_frames.ts";

/** A tone of full scale by half, `ms` milliseconds of it, as a browser records it: in pieces of 128. */
function record(rate: number, ms: number, hertz: number): Int16Array[] {
  const mic = new MicFrames(rate);
  const frames: Int16Array[] = [];
  for (let at = 0; at < (rate * ms) / 1000; at += 128) {
    mic.push(Float32Array.from({ length: 128 }, (_, index) => 0.5 * Math.sin((2 * Math.PI * hertz * (at + index)) / rate)), (frame) => {
      frames.push(frame);
    });
  }
  return frames;
}

Deno.test("whatever the rate of the microphone, frames are 60 ms of 16 kHz with the same tone in them", () => {
  for (const rate of [16_000, 44_100, 48_000, 96_000]) {
    const frames = record(rate, 1000, 500);
    assert.ok(frames.length >= 15 && frames.length <= 16, `${frames.length} frames at ${rate}`);
    assert.ok(frames.every((frame) => frame.length === FRAME_SAMPLES));
    const sound = frames.slice(2, 12).flatMap((frame) => [...frame]);
    const crossings = sound.filter((sample, index) => index > 0 && sample >= 0 && sound[index - 1]! < 0).length;
    const seconds = sound.length / UPLINK_RATE;
    assert.ok(Math.abs(crossings / seconds - 500) <= 2, `${crossings / seconds} Hz at ${rate}`);
    assert.ok(Math.abs(loudness(Int16Array.from(sound)) - 0.5 / Math.SQRT2) < 0.01);
  }
});

Deno.test("frames do not depend on the pieces in which samples come, and loud ones are cut off and not turned over", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 30 }), (pieces) => {
    const all = Float32Array.from({ length: pieces.reduce((sum, piece) => sum + piece, 0) }, (_, index) => index % 2 === 0 ? 3 : -3);
    const cut = (lengths: readonly number[]) => {
      const mic = new MicFrames(UPLINK_RATE);
      const frames: number[] = [];
      let at = 0;
      for (const length of lengths) {
        mic.push(all.subarray(at, at + length), (frame) => frames.push(...frame));
        at += length;
      }
      return frames;
    };
    const frames = cut(pieces);
    assert.deepEqual(frames, cut([all.length]));
    assert.ok(frames.every((sample, index) => sample === (index % 2 === 0 ? 32_767 : -32_768)));
  }));
});

Deno.test("silence has no loudness", () => {
  assert.equal(loudness(new Int16Array(FRAME_SAMPLES)), 0);
  assert.equal(loudness(new Int16Array(0)), 0);
});
