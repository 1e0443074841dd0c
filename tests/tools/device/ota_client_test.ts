import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { askOta } from "../../../tools/device/ota_client.ts";
import { FIRMWARE_PROFILES } from "../../../tools/device/profile.ts";
import { ViolationLog } from "../../../tools/device/violations.ts";

const identity = { deviceId: "02:00:00:00:00:01", clientId: "6a0d9a5e-6f0d-4a53-9a8e-0a4a7b1f6f01" };
const GOOD = { websocket: { url: "ws://127.0.0.1:8000/", token: "t", version: 1 } };

async function ask(response: Response | Error) {
  const violations = new ViolationLog(systemClock());
  let request: Request | undefined;
  const answer = askOta({
    url: "http://127.0.0.1:8000/xiaozhi/ota/",
    profile: FIRMWARE_PROFILES["2.4"],
    identity,
    violations,
    fetch: (input, init) => {
      request = new Request(input as string, init);
      return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
    },
  });
  return { answer: await answer, violations: violations.violations.map(({ message }) => message), request: request! };
}

Deno.test("the OTA request carries the device's identity, and its answer where to connect", async () => {
  const { answer, violations, request } = await ask(Response.json(GOOD));
  assert.deepEqual(answer, { url: "ws://127.0.0.1:8000/", token: "t", version: 1 });
  assert.deepEqual(violations, []);
  assert.equal(request.method, "POST");
  assert.equal(request.headers.get("device-id"), identity.deviceId);
  assert.equal(request.headers.get("client-id"), identity.clientId);
  assert.equal((await request.json()).application.version, "2.4.2");
});

Deno.test("an activation code is handed on", async () => {
  const { answer } = await ask(Response.json({ ...GOOD, activation: { code: "123456", message: "example.org", challenge: "c" } }));
  assert.deepEqual(answer.activation, { code: "123456", message: "example.org" });
});

Deno.test("answers that would hurt a device are violations", async () => {
  for (
    const answer of [
      { ...GOOD, mqtt: {} },
      { websocket: { ...GOOD.websocket, version: "1" } },
      { websocket: { ...GOOD.websocket, averyveryverylongkey: 1 } },
      { websocket: { ...GOOD.websocket, token: "x".repeat(4001) } },
    ]
  ) {
    assert.equal((await ask(Response.json(answer))).violations.length, 1, JSON.stringify(answer).slice(0, 100));
  }
  const compressed = new Response(JSON.stringify(GOOD), { headers: { "content-encoding": "gzip" } });
  assert.equal((await ask(compressed)).violations.length, 1);
});

Deno.test("mqtt as null counts as absent", async () => {
  assert.deepEqual((await ask(Response.json({ ...GOOD, mqtt: null }))).violations, []);
});

Deno.test("an answer without a WebSocket address, of another status or no JSON is an error", async () => {
  await assert.rejects(ask(Response.json({ success: false })), { code: "ota_no_websocket" });
  await assert.rejects(ask(Response.json(GOOD, { status: 201 })), { code: "ota_refused" });
  await assert.rejects(ask(new Response("hello")), { code: "ota_refused" });
  await assert.rejects(ask(new Error("refused")), { code: "ota_unreachable" });
});
