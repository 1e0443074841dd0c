import assert from "node:assert/strict";
import fc from "fast-check";
import { AudioError } from "../../../audio/errors.ts";
import { joinFrames, splitFrames } from "../../../audio/opus/packet_frames.ts";
import { readToc } from "../../../audio/toc.ts";

/** CELT of 20 ms, mono. */
const HEAD = 31 << 3;

const frame = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.integer({ min: 240, max: 270 }).map((length) => new Uint8Array(length).fill(length)),
  fc.constantFrom(0, 251, 252, 255, 256, 1020, 1275).map((length) => new Uint8Array(length).fill(7)),
);

/** A packet with padding, of the given number of bytes behind its length bytes. */
function padded(packet: Uint8Array, padding: number): Uint8Array {
  const lengths = [...new Array(Math.floor(padding / 254)).fill(255), padding % 254];
  const { head, frames } = splitFrames(packet);
  const sizes = frames.slice(0, -1).flatMap(({ length }) =>
    length < 252 ? [length] : [252 + (length & 3), (length - 252 - (length & 3)) >> 2]
  );
  return Uint8Array.from([
    head | 3,
    frames.length | 0xc0,
    ...lengths,
    ...sizes,
    ...frames.flatMap((f) => [...f]),
    ...new Array(padding).fill(0),
  ]);
}

Deno.test("frames joined to a packet come out of it as they went in", () => {
  fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
    const packet = joinFrames(HEAD, frames);
    assert.equal(readToc(packet)?.frames, frames.length);
    const split = splitFrames(packet);
    assert.deepEqual(split.frames.map((f) => [...f]), frames.map((f) => [...f]));
    assert.deepEqual([split.head, split.stereo, split.frameMs], [HEAD, false, 20]);
  }));
});

Deno.test("padding of any length is left behind", () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.constantFrom(0, 1, 253, 254, 255, 508, 700), (frames, padding) => {
      const packet = joinFrames(HEAD, frames);
      const bigger = padded(packet, padding);
      assert.equal(readToc(bigger)?.frames, frames.length);
      const split = splitFrames(bigger);
      assert.deepEqual([...joinFrames(split.head, split.frames)], [...packet]);
    }),
  );
});

Deno.test("the shortest layout is taken: one frame and two without a count, equal lengths said once", () => {
  const ones = (length: number) => new Uint8Array(length).fill(1);
  assert.deepEqual([...joinFrames(HEAD, [ones(2)])], [HEAD, 1, 1]);
  assert.deepEqual([...joinFrames(HEAD, [ones(2), ones(2)])], [HEAD | 1, 1, 1, 1, 1]);
  assert.deepEqual([...joinFrames(HEAD, [ones(1), ones(2)])], [HEAD | 2, 1, 1, 1, 1]);
  assert.deepEqual([...joinFrames(HEAD, [ones(1), ones(1), ones(1)])], [HEAD | 3, 3, 1, 1, 1]);
  assert.deepEqual([...joinFrames(HEAD, [ones(1), ones(0), ones(1)])], [HEAD | 3, 0x83, 1, 0, 1, 1]);
});

Deno.test("what fits no packet is refused", () => {
  const refused = { name: "AudioError", code: "opus_unjoinable" };
  assert.throws(() => joinFrames(HEAD, []), refused);
  assert.throws(() => joinFrames(HEAD, [new Uint8Array(1276)]), refused);
  assert.throws(() => joinFrames(HEAD, new Array(7).fill(new Uint8Array(3))), refused, "140 ms");
  assert.throws(() => joinFrames(HEAD, new Array(200).fill(new Uint8Array(3))), refused);
});

Deno.test("any bytes are split or refused with an AudioError, and what is split keeps its duration when joined", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 60 })).map(([toc, head, rest]) => Uint8Array.of(toc | 3, head, ...rest)),
  );
  fc.assert(
    fc.property(bytes, (packet) => {
      const toc = readToc(packet);
      try {
        const { head, frames } = splitFrames(packet);
        const joined = joinFrames(head, frames);
        assert.ok(joined.length <= packet.length);
        assert.deepEqual(readToc(joined), toc);
      } catch (error) {
        assert.ok(error instanceof AudioError, String(error));
        assert.equal(toc, undefined);
      }
    }),
    { numRuns: 3000 },
  );
});
