import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAudioFrame, encodeAudioFrame, MAX_FRAME_BYTES, ProtocolError } from "../../protocol/mod.ts";
import { version } from "./arbitraries.ts";

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const code = (decoded: ReturnType<typeof decodeAudioFrame>) => decoded.ok ? "ok" : decoded.error.code;

Deno.test("every packet survives framing, with its timestamp in version 2", () => {
  const packet = fc.uint8Array({ minLength: 1, maxLength: 2000 });
  fc.assert(fc.property(version, packet, fc.nat({ max: 0xffffffff }), (v, payload, timestampMs) => {
    const decoded = decodeAudioFrame(v, encodeAudioFrame(v, payload, timestampMs));
    assert.ok(decoded.ok);
    assert.deepEqual([...decoded.packet], [...payload]);
    assert.equal(decoded.timestampMs, v === 2 ? timestampMs : 0);
  }));
});

Deno.test("no bytes make the decoder throw or read outside the message", () => {
  fc.assert(fc.property(version, fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 8 }), (v, message, offset) => {
    const shared = new Uint8Array(offset + message.length + 64).fill(0xee);
    shared.set(message, offset);
    const decoded = decodeAudioFrame(v, shared.subarray(offset, offset + message.length));
    if (!decoded.ok) return assert.ok(decoded.error instanceof ProtocolError);
    assert.ok(decoded.packet.length > 0 && decoded.packet.length <= message.length);
    assert.ok(decoded.packet.byteOffset >= offset && decoded.packet.byteOffset + decoded.packet.length <= offset + message.length);
  }));
});

Deno.test("headers have the layout that firmware reads", () => {
  assert.deepEqual([...encodeAudioFrame(1, bytes(9, 8), 5)], [9, 8]);
  assert.deepEqual([...encodeAudioFrame(2, bytes(9, 8), 0x01020304)], [0, 2, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 2, 9, 8]);
  assert.deepEqual([...encodeAudioFrame(3, bytes(9, 8), 5)], [0, 0, 0, 2, 9, 8]);
});

Deno.test("a timestamp beyond 32 bits wraps round", () => {
  const decoded = decodeAudioFrame(2, encodeAudioFrame(2, bytes(1), 2 ** 32 + 7.9));
  assert.equal(decoded.ok && decoded.timestampMs, 7);
});

Deno.test("the gateway's header with version and type 0 is read", () => {
  const decoded = decodeAudioFrame(2, bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 7, 8, 9));
  assert.ok(decoded.ok);
  assert.deepEqual([...decoded.packet], [7, 8, 9]);
  assert.equal(decoded.timestampMs, 256);
});

Deno.test("empty messages and payloads are told apart from broken ones", () => {
  for (const v of [1, 2, 3] as const) assert.equal(code(decodeAudioFrame(v, bytes())), "frame_empty");
  assert.equal(code(decodeAudioFrame(2, new Uint8Array(16))), "frame_empty");
  assert.equal(code(decodeAudioFrame(3, new Uint8Array(4))), "frame_empty");
});

Deno.test("truncated headers and sizes beyond the message are refused", () => {
  assert.equal(code(decodeAudioFrame(2, new Uint8Array(15))), "frame_truncated");
  assert.equal(code(decodeAudioFrame(3, bytes(0, 0, 0))), "frame_truncated");
  assert.equal(code(decodeAudioFrame(3, bytes(0, 0, 0, 3, 1, 2))), "frame_truncated");
  assert.equal(code(decodeAudioFrame(3, bytes(0, 0, 255, 255, 1, 2))), "frame_truncated");
  assert.equal(code(decodeAudioFrame(2, bytes(0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 1))), "frame_truncated");
});

Deno.test("bytes after the payload are left out", () => {
  const decoded = decodeAudioFrame(3, bytes(0, 0, 0, 1, 7, 8));
  assert.deepEqual(decoded.ok && [...decoded.packet], [7]);
});

Deno.test("a DTX packet of one byte is a packet", () => {
  assert.equal(code(decodeAudioFrame(1, bytes(0x58))), "ok");
});

Deno.test("a frame longer than the limit is refused, one of exactly the limit is not", () => {
  assert.equal(code(decodeAudioFrame(1, new Uint8Array(MAX_FRAME_BYTES))), "ok");
  assert.equal(code(decodeAudioFrame(1, new Uint8Array(MAX_FRAME_BYTES + 1))), "frame_too_large");
  assert.equal(code(decodeAudioFrame(1, new Uint8Array(11), 10)), "frame_too_large");
});

Deno.test("packets that no header can announce are not framed", () => {
  for (const v of [1, 2, 3] as const) {
    assert.throws(() => encodeAudioFrame(v, bytes(), 0), (error) => error instanceof ProtocolError && error.code === "frame_empty");
    assert.throws(
      () => encodeAudioFrame(v, new Uint8Array(65_536), 0),
      (error) => error instanceof ProtocolError && error.code === "frame_too_large",
    );
  }
});
