import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { noticeBody, noticeId } from "../../../services/alerts/notice.ts";
import { isWebhookSecret, sign } from "../../../services/alerts/signature.ts";
import { ATTEMPT_MS, MAX_QUEUED, Webhook } from "../../../services/alerts/webhook.ts";
import type { Notice } from "../../../services/alerts/alert.ts";
import { systemClock } from "../../../base/clock.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { EVEN, raised } from "./fixture.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const DAY_MS = 86_400_000;

Deno.test("a signature is that of the example of Standard Webhooks", () => {
  const body = '{"test": 2432232314}';
  const signed = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, body);
  assert.deepEqual(signed, {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

Deno.test("a secret after whsec_ must be Base64, and any other is taken as it stands", () => {
  for (const good of [SECRET, "some words that nobody guesses", "whsec_YQ=="]) assert.ok(isWebhookSecret(good), good);
  for (const bad of ["whsec_", "whsec_abc", "whsec_ab!=", "whsec_ =="]) assert.ok(!isWebhookSecret(bad), bad);
});

/** A receiver on a port of its own, which answers as it is told and checks every signature as a stranger would. */
function receiver(answer: (request: Request, attempt: number) => Response | Promise<Response>) {
  const bodies: string[] = [];
  let attempts = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const body = await request.text();
    const id = request.headers.get("webhook-id");
    const timestamp = request.headers.get("webhook-timestamp");
    const key = Uint8Array.fromBase64(SECRET.slice("whsec_".length));
    const expected = `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
    assert.equal(request.headers.get("webhook-signature"), expected);
    bodies.push(body);
    return answer(request, ++attempts);
  });
  return { url: `http://127.0.0.1:${server.addr.port}/hook`, bodies, server, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Sends notices to an address, and resolves when all of them are done. */
async function sendAll(url: string, notices: readonly Notice[]) {
  using log = captureLogger();
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const onDone = (notice: Notice) => void (done.push(noticeId(notice)) === notices.length && resolve());
  {
    await using webhook = new Webhook({ url, secret: SECRET, clock: quickClock(), random: EVEN, logger: log.logger, fetch, onDone });
    for (const notice of notices) webhook.send(notice);
    await promise;
  }
  return { done, log: log.messages() };
}

/** The machine's clock, on which pauses are over at once. */
function quickClock() {
  const clock = systemClock();
  return { ...clock, setTimeout: (callback: () => void, ms: number) => clock.setTimeout(callback, ms === ATTEMPT_MS ? ms : 0) };
}

Deno.test("a receiver gets each notice once, in order, signed, with its words in both languages", async () => {
  await using there = receiver(() => new Response());
  const notices: Notice[] = [raised("a"), raised("b"), {
    type: "resolved",
    alert: { ...raised("a").alert, resolvedAt: Date.UTC(2026, 0, 2) },
  }];
  const { done, log } = await sendAll(there.url, notices);
  assert.deepEqual(done, ["a.raised", "b.raised", "a.resolved"]);
  const [first, , last] = there.bodies.map((body) => JSON.parse(body));
  assert.equal(first.type, "alert.raised");
  assert.equal(first.timestamp, "2026-01-01T00:00:00.000Z");
  assert.match(first.data.text.en.nextStep, /data directory/);
  assert.match(first.data.text.zh.nextStep, /数据目录/);
  assert.deepEqual([last.type, last.data.resolvedAt], ["alert.resolved", "2026-01-02T00:00:00.000Z"]);
  assert.deepEqual(log, []);
});

Deno.test("a receiver that answers 500 and 429 is asked again until it takes the notice, with the same id and body", async () => {
  const ids = new Set<string | null>();
  await using there = receiver((request, attempt) => {
    ids.add(request.headers.get("webhook-id"));
    return new Response(null, { status: [500, 503, 429][attempt - 1] ?? 204 });
  });
  const { log } = await sendAll(there.url, [raised()]);
  assert.equal(there.bodies.length, 4);
  assert.deepEqual([ids.size, new Set(there.bodies).size], [1, 1]);
  assert.equal(log.length, 1);
  assert.match(log[0] ?? "", /cannot reach 127\.0\.0\.1:\d+, which is tried again: It answered 500$/);
});

Deno.test("a redirect is not followed, and a refusal is not repeated; what comes after them is sent", async () => {
  const reached: string[] = [];
  await using elsewhere = receiver((request) => {
    reached.push(request.url);
    return new Response();
  });
  await using there = receiver((_, attempt) =>
    attempt === 1 ? Response.redirect(elsewhere.url, 307) : new Response(null, { status: attempt === 2 ? 401 : 200 })
  );
  const { done, log } = await sendAll(there.url, [raised("a"), raised("b"), raised("c")]);
  assert.deepEqual(done, ["a.raised", "b.raised", "c.raised"]);
  assert.deepEqual(reached, []);
  assert.equal(there.bodies.length, 3);
  assert.deepEqual(log.map((line) => / answered (\d+)$/.exec(line)?.[1]), ["307", "401"]);
});

/** A webhook on virtual time, to a receiver that is a function. */
function virtual(fetched: typeof fetch) {
  const clock = new VirtualClock();
  const log = captureLogger();
  const done: string[] = [];
  const webhook = new Webhook({
    ...{ url: "https://ops.example/T0/secret", secret: "a secret of the test", clock, random: EVEN, logger: log.logger, fetch: fetched },
    onDone: (notice) => void done.push(noticeId(notice)),
  });
  return { clock, log, done, webhook };
}

/** A receiver that takes the request and never answers. */
const silent: typeof fetch = (_, init) =>
  new Promise((_, reject) => {
    const signal = init!.signal!;
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });

Deno.test("pauses grow up to five minutes, and a receiver that comes back is told then", async () => {
  const at: number[] = [];
  let down = true;
  const { clock, log, done, webhook } = virtual(() => {
    at.push(clock.now());
    return down ? Promise.reject(new TypeError("connection refused")) : Promise.resolve(new Response());
  });
  webhook.send(raised());
  while (at.length < 13) await clock.advance(500);
  const pauses = at.slice(1).map((time, index) => time - at[index]!);
  pauses.slice(0, 5).forEach((pause, index) => assert.ok(pause >= pauses[Math.max(0, index - 1)]!, `${pauses}`));
  assert.ok(Math.max(...pauses) <= 300_000 && Math.max(...pauses) >= 150_000, `${pauses}`);
  down = false;
  while (done.length === 0) await clock.advance(1000);
  assert.deepEqual([done, webhook.waiting], [["01K0000000000000000000000A.raised"], 0]);
  assert.equal(log.messages("warning").length, 1);
  await webhook[Symbol.asyncDispose]();
  log[Symbol.dispose]();
});

Deno.test("a receiver that never answers is given up after ten seconds and asked again", async () => {
  let asked = 0;
  const { clock, log, webhook } = virtual((url, init) => {
    asked++;
    return silent(url, init);
  });
  webhook.send(raised());
  await clock.advance(ATTEMPT_MS - 1);
  assert.equal(log.messages().length, 0);
  await clock.advance(1);
  assert.match(log.messages("warning")[0] ?? "", /No answer within 10000 ms/);
  await clock.advance(1000);
  assert.equal(asked, 2);
  await webhook[Symbol.asyncDispose]();
  assert.equal(clock.armed, 0);
  log[Symbol.dispose]();
});

Deno.test("a queue that is full gives up the oldest that is not under way, and sending never waits", async () => {
  const { clock, log, done, webhook } = virtual(silent);
  for (let index = 0; index < MAX_QUEUED + 5; index++) assert.equal(webhook.send(raised(`n${index}`)), undefined);
  assert.equal(webhook.waiting, MAX_QUEUED);
  assert.deepEqual(done, [1, 2, 3, 4, 5].map((index) => `n${index}.raised`));
  assert.equal(log.messages("error").length, 5);
  await webhook[Symbol.asyncDispose]();
  webhook.send(raised("late"));
  assert.equal(webhook.waiting, MAX_QUEUED);
  assert.equal(clock.armed, 0);
  log[Symbol.dispose]();
});

Deno.test("a notice that no attempt could deliver is given up within days", async () => {
  let asked = 0;
  const { clock, log, done, webhook } = virtual(() => {
    asked++;
    return Promise.reject(new Error("down"));
  });
  webhook.send(raised());
  while (done.length === 0 && clock.now() < 3 * DAY_MS) {
    await clock.advance(150_000);
  }
  assert.equal(done.length, 1);
  assert.equal(asked, 300);
  assert.ok(clock.now() > DAY_MS / 2);
  assert.match(log.messages("error")[0] ?? "", /given up: down$/);
  await webhook[Symbol.asyncDispose]();
  log[Symbol.dispose]();
});

Deno.test("the same notice has the same body each time", () => {
  assert.equal(noticeBody(raised()), noticeBody(raised()));
});
