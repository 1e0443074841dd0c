import assert from "node:assert/strict";
import { FrameStream } from "../../../audio/opus/frame_stream.ts";
import { loadOpus } from "../../../audio/opus/libopus.ts";

const OPTIONS = { sampleRate: 24000, frameMs: 60, complexity: 5, bitrate: 32000 };

Deno.test("re-cutting in the middle of a stream begins from the packet before, so that the sound does not start from nothing", async () => {
  const codec = await loadOpus();
  using encoder = await codec.encoder({ ...OPTIONS, frameMs: 20 });
  const tone = Int16Array.from({ length: 480 * 20 }, (_, i) => Math.round(12000 * Math.sin((2 * Math.PI * 440 * i) / 24000)));
  const packets = Array.from({ length: 20 }, (_, i) => encoder.encode(tone.subarray(i * 480, (i + 1) * 480)));

  /** Power of the first 5 ms of sound that comes out, after the encoder's own delay. */
  async function startPower(before?: Uint8Array): Promise<number> {
    using stream = await FrameStream.open(codec, 24000, OPTIONS);
    using decoder = await codec.decoder(24000);
    const [first] = await stream.opus(packets.slice(10, 13), before);
    return decoder.decode(first!).subarray(160, 280).reduce((sum, x) => sum + x * x, 0) / 120;
  }

  assert.ok(await startPower(packets[9]) > 1.2 * await startPower());
});

Deno.test("finish fills the open frame up with silence and leaves nothing behind", async () => {
  const codec = await loadOpus();
  using stream = await FrameStream.open(codec, 24000, OPTIONS);
  assert.equal(stream.pcm(new Int16Array(1440 + 1)).length, 1);
  assert.equal(stream.finish().length, 1);
  assert.equal(stream.finish().length, 0);
});

Deno.test("a stretch does not begin with the end of the stretch before it", async () => {
  const codec = await loadOpus();
  using loudEncoder = await codec.encoder(OPTIONS);
  using quietEncoder = await codec.encoder(OPTIONS);
  const noise = Int16Array.from({ length: 1440 }, (_, i) => 12000 * Math.sin(i * i));
  const loud = Array.from({ length: 5 }, () => loudEncoder.encode(noise));
  const quiet = Array.from({ length: 5 }, () => quietEncoder.encode(new Int16Array(1440)));
  using stream = await FrameStream.open(codec, 24000, OPTIONS);
  using decoder = await codec.decoder(24000);
  await stream.opus(loud);
  const [first] = await stream.opus(quiet.slice(1, 2), quiet[0]);
  assert.ok(decoder.decode(first!).every((sample) => Math.abs(sample) < 200));
});
