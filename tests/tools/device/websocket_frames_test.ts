import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeClientFrame, type Frame, FrameParser, OPCODE } from "../../../tools/device/websocket_frames.ts";

Deno.test("frames survive any cut of the byte stream", () => {
  const frame = fc.record({
    opcode: fc.constantFrom(OPCODE.text, OPCODE.binary, OPCODE.ping),
    payload: fc.oneof(fc.uint8Array({ maxLength: 130 }), fc.uint8Array({ minLength: 126, maxLength: 400 })),
    mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  });
  fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 97 })), (frames, cuts) => {
    const stream = frames.flatMap(({ opcode, payload, mask }) => [...encodeClientFrame(opcode, payload, mask)]);
    const parser = new FrameParser();
    const seen: Frame[] = [];
    for (let at = 0, i = 0; at < stream.length; i++) {
      const end = at + (cuts[i] ?? stream.length);
      seen.push(...parser.push(Uint8Array.from(stream.slice(at, end))));
      at = end;
    }
    assert.deepEqual(
      seen.map(({ opcode, payload, masked, fin, reserved }) => ({ opcode, payload: [...payload], masked, fin, reserved })),
      frames.map(({ opcode, payload }) => ({ opcode, payload: [...payload], masked: true, fin: true, reserved: 0 })),
    );
  }));
});

Deno.test("a 64-bit length is read, and one beyond 16 MiB refused before it is awaited", () => {
  const header = Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0);
  const parser = new FrameParser();
  assert.deepEqual(parser.push(header), []);
  assert.equal(parser.push(new Uint8Array(65_536))[0]?.payload.length, 65_536);
  assert.throws(() => new FrameParser().push(Uint8Array.of(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0)), { code: "frame_too_large" });
});

Deno.test("a device cannot send more than 65,535 bytes in one message", () => {
  assert.equal(encodeClientFrame(OPCODE.binary, new Uint8Array(65_535), new Uint8Array(4)).length, 65_543);
  assert.throws(() => encodeClientFrame(OPCODE.binary, new Uint8Array(65_536), new Uint8Array(4)), { code: "message_too_large" });
});
