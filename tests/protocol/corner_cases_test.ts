import assert from "node:assert/strict";
import { MAX_TEXT_BYTES, parseDeviceMessage, serverHello } from "../../protocol/mod.ts";

Deno.test("case 20: a text of more than 64 KiB is refused unread, one of exactly that length is read", () => {
  const padded = (bytes: number) => {
    const frame = '{"type":"ping","pad":""}';
    return frame.replace('""', `"${"x".repeat(bytes - frame.length)}"`);
  };
  assert.equal(MAX_TEXT_BYTES, 64 * 1024);
  assert.equal(parseDeviceMessage(padded(MAX_TEXT_BYTES)).ok, true);
  const refused = parseDeviceMessage(padded(MAX_TEXT_BYTES + 1));
  assert.equal(!refused.ok && refused.error.code, "text_too_large");
});

Deno.test("case 34: a server hello with a rate or duration that a device cannot play is never made", () => {
  const hello = (sampleRate: number, frameDuration: number) => serverHello({ sessionId: "s", sampleRate, frameDuration });
  for (const rate of [8_000, 12_000, 16_000, 24_000, 48_000]) {
    for (const duration of [20, 40, 60]) assert.equal(hello(rate, duration).transport, "websocket");
  }
  for (const rate of [0, 11_025, 22_050, 32_000, 44_100, Number.NaN]) {
    assert.throws(() => hello(rate, 60), { code: "unsupported_sample_rate" });
  }
  for (const duration of [0, 2.5, 5, 10, 30, 80, 120, Number.NaN]) {
    assert.throws(() => hello(24_000, duration), { code: "unsupported_frame_duration" });
  }
});
