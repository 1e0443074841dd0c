import assert from "node:assert/strict";
import type { Say } from "../../../routes/api/say.ts";
import { startApp } from "../app_fixture.ts";

type Answer = ReturnType<Say>;

async function post(answer: Answer, body: unknown, init: RequestInit = {}) {
  const said: unknown[][] = [];
  await using app = startApp({
    deps: {
      say: (...args) => {
        said.push(args);
        return answer;
      },
    },
  });
  const response = await fetch(`${app.base}/api/devices/AA:BB:CC:DD:EE:FF/say`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.json(), said };
}

Deno.test("a text is handed to the device, and the answer names the turn", async () => {
  const { status, body, said } = await post({ turnId: "01K" }, { text: " 开饭了！ " });
  assert.deepEqual([status, body], [202, { turn_id: "01K" }]);
  assert.deepEqual(said, [["aa:bb:cc:dd:ee:ff", "开饭了！", false]]);
  assert.deepEqual((await post({ turnId: "01K" }, { text: "Dinner", interrupt: true })).said, [["aa:bb:cc:dd:ee:ff", "Dinner", true]]);
});

for (
  const [answer, status, code] of [
    ["unknown", 404, "device_not_connected"],
    ["busy", 409, "device_busy"],
    ["not_ready", 409, "device_not_ready"],
  ] as const
) {
  Deno.test(`a device that is ${answer} is answered with ${status}`, async () => {
    const answered = await post(answer, { text: "Dinner" });
    assert.deepEqual([answered.status, answered.type, answered.body.code], [status, "application/problem+json", code]);
  });
}

for (
  const [what, body, status, code] of [
    ["no JSON", "{", 400, "malformed_json"],
    ["no text", {}, 422, "invalid_body"],
    ["an empty text", { text: "  " }, 422, "invalid_body"],
    ["a text without words", { text: "🙂🙂" }, 422, "invalid_body"],
    ["a text that is too long", { text: "a".repeat(501) }, 422, "invalid_body"],
    ["an unknown field", { text: "a", voice: "b" }, 422, "invalid_body"],
    ["a body beyond all bounds", { text: "a".repeat(20_000) }, 413, "body_too_large"],
  ] as const
) {
  Deno.test(`${what} is refused, and nothing is said`, async () => {
    const answered = await post({ turnId: "01K" }, body);
    assert.deepEqual([answered.status, answered.type, answered.body.code], [status, "application/problem+json", code]);
    assert.deepEqual(answered.said, []);
  });
}

Deno.test("what a page of another site can send without asking is refused", async () => {
  const answered = await post({ turnId: "01K" }, { text: "Dinner" }, { headers: { "content-type": "text/plain" } });
  assert.deepEqual([answered.status, answered.body.code, answered.said], [415, "not_json", []]);
});

Deno.test("only the owner may have something said", async () => {
  const headers = { "content-type": "application/json", "x-forwarded-for": "192.168.1.9" };
  const answered = await post({ turnId: "01K" }, { text: "Dinner" }, { headers });
  assert.deepEqual([answered.status, answered.said], [401, []]);
});
