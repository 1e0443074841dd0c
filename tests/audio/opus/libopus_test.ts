import assert from "node:assert/strict";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { AudioError } from "../../../audio/errors.ts";
import { packetDurationMs, readToc } from "../../../audio/toc.ts";

const OPTIONS = { sampleRate: 24000, frameMs: 60, complexity: 5, bitrate: 24000 };

function tone(samples: number, rate: number, hz = 440): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(12000 * Math.sin((2 * Math.PI * hz * i) / rate)));
}

Deno.test("what is encoded comes back with its length and most of its energy, at any decoder rate", async () => {
  const opus = await loadOpus();
  for (const rate of [8000, 16000, 24000, 48000]) {
    using encoder = await opus.encoder(OPTIONS);
    using decoder = await opus.decoder(rate);
    const input = tone(1440 * 10, 24000);
    let energy = 0;
    for (let frame = 0; frame < 10; frame++) {
      const packet = encoder.encode(input.subarray(frame * 1440, (frame + 1) * 1440));
      assert.equal(packetDurationMs(packet), 60);
      assert.equal(readToc(packet)?.stereo, false);
      const samples = decoder.decode(packet);
      assert.equal(samples.length, rate * 0.06);
      if (frame > 1) energy += samples.reduce((sum, s) => sum + s * s, 0) / samples.length / 8;
    }
    assert.ok(Math.abs(Math.sqrt(energy) / (12000 / Math.SQRT2) - 1) < 0.2, `level at ${rate} Hz`);
  }
});

Deno.test("silence is encoded as whole frames, because the device conceals nothing", async () => {
  const opus = await loadOpus();
  using encoder = await opus.encoder(OPTIONS);
  for (let frame = 0; frame < 30; frame++) assert.ok(encoder.encode(new Int16Array(1440)).length > 3);
});

Deno.test("a packet that cannot be decoded is an AudioError, and the decoder goes on", async () => {
  const opus = await loadOpus();
  using encoder = await opus.encoder(OPTIONS);
  using decoder = await opus.decoder(16000);
  for (const bad of [new Uint8Array(), Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of((9 << 3) | 3, 0)]) {
    assert.throws(() => decoder.decode(bad), (error: unknown) => error instanceof AudioError && error.code === "opus_undecodable");
  }
  assert.equal(decoder.decode(encoder.encode(tone(1440, 24000))).length, 960);
});

Deno.test("anything but one whole frame is refused", async () => {
  const opus = await loadOpus();
  using encoder = await opus.encoder(OPTIONS);
  for (const length of [0, 1439, 1441]) {
    assert.throws(() => encoder.encode(new Int16Array(length)), { code: "opus_frame_size", message: /1440 are needed/ });
  }
});

Deno.test("a sub-array of samples is encoded from its own start", async () => {
  const opus = await loadOpus();
  const samples = tone(2880, 24000);
  using whole = await opus.encoder(OPTIONS);
  using part = await opus.encoder(OPTIONS);
  assert.deepEqual(part.encode(samples.subarray(1440)), whole.encode(samples.slice(1440)));
});

Deno.test("rates, durations and complexities that Opus lacks are refused with the ones it has", async () => {
  const opus = await loadOpus();
  await assert.rejects(opus.decoder(44100), { code: "opus_unsupported", message: /8000, 12000, 16000, 24000, 48000/ });
  await assert.rejects(opus.encoder({ ...OPTIONS, sampleRate: 22050 }), { code: "opus_unsupported" });
  await assert.rejects(opus.encoder({ ...OPTIONS, frameMs: 30 }), { code: "opus_unsupported", message: /20, 40, 60/ });
  await assert.rejects(opus.encoder({ ...OPTIONS, complexity: 11 }), { code: "opus_unsupported" });
});
