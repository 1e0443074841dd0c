import assert from "node:assert/strict";
import fc from "fast-check";
import { HistoryError } from "../../../services/history/errors.ts";
import type { LifeCycle } from "../../../routes/api/deps.ts";
import { fakeArchive } from "../../support/fake_archive.ts";
import { type ApiFixture, DEVICE, fill, SESSION, startApi, startWithConsole, turnOf } from "./api_fixture.ts";
import { badRequests } from "./bad_requests.ts";
import { addressOf, ENDLESS, fetchDocument, operationsOf } from "./document.ts";

/** What the document's examples name is there, so that nothing but the fault of a request is wrong with it. */
async function startFilled(options: Parameters<typeof startApi>[0]): Promise<ApiFixture> {
  const api = await startApi(options);
  await fillExamples(api);
  return api;
}

async function fillExamples(api: Pick<ApiFixture, "lifeCycle">): Promise<void> {
  const session = { ...SESSION, sessionId: "5f6e0c2e-8f0e-4a86-a4a5-3f3a4ac6d3c2", title: "kept" };
  await fill(api, [turnOf(0, { turnId: "01K0000000000000000000000A", sessionId: session.sessionId, userText: "天气" })], session);
  api.lifeCycle.registry.note({ deviceId: DEVICE, seenAt: 1 });
  await api.lifeCycle.registry.update(DEVICE, { name: "kept" });
}

/** Everything that a request could have changed. */
async function contents({ lifeCycle: { archive, registry }, ask }: Pick<ApiFixture, "lifeCycle" | "ask">) {
  const configChanges = await (await ask("/api/config/changes")).json();
  return [await archive.sessions(), await archive.turns(), await registry.list(), [...await registry.retentions()], configChanges];
}

/** What holds for a device that has not come by yet, too. */
const OF_ANY_DEVICE: ReadonlySet<string> = new Set(["get /api/devices/{id}/settings", "put /api/devices/{id}/role"]);

/** What is never there, for operations whose example names something that always is. */
const NEVER_THERE: Readonly<Record<string, string>> = {
  "get /api/console/charts/{machine}": "/api/console/charts/nobody",
  "get /api/console/charts/{machine}/definition": "/api/console/charts/nobody/definition",
};

/** Sends every bad request; each is refused as it should be, and nothing is changed. */
async function refusesAll(api: Pick<ApiFixture, "lifeCycle" | "ask" | "app">): Promise<void> {
  const before = await contents(api);
  const requests = badRequests(await fetchDocument(api));
  assert.ok(requests.length > 500, String(requests.length));
  const wrong: string[] = [];
  for (const { name, address, init, status, code } of requests) {
    const response = await api.ask(address, init);
    const problem = response.headers.get("content-type") === "application/problem+json" ? await response.json() : await response.text();
    if (response.status !== status || problem.code !== code || problem.status !== status || !problem.title) {
      wrong.push(`${name.slice(0, 100)}: ${response.status} ${JSON.stringify(problem).slice(0, 200)}, not ${status} ${code}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(await contents(api), before);
  assert.deepEqual(api.app.log.messages("error"), []);
}

for (const archive of ["in memory", "in SQLite"] as const) {
  Deno.test(`every request that is wrong in one way is refused with a problem that says what is wrong, and changes nothing, with an archive ${archive}`, async () => {
    const said: unknown[] = [];
    const deps = { say: (...args: unknown[]) => (said.push(args), "unknown") as "unknown" };
    await using api = await startFilled({ deps, ...(archive === "in memory" ? { archive: fakeArchive() } : {}) });
    await refusesAll(api);
    assert.deepEqual(said, []);
  });
}

Deno.test("the console's own operations refuse the same, and no device hears of it", async () => {
  await using api = await startWithConsole();
  await fillExamples(api);
  await refusesAll(api);
  assert.deepEqual(api.done, []);
});

Deno.test("what is not known is answered with 404 by every operation that names something, and changes nothing", async () => {
  await using api = await startWithConsole();
  api.leave(DEVICE);
  await api.lifeCycle.registry.remove(DEVICE);
  const before = await contents(api);
  let asked = 0;
  for (const located of operationsOf(await fetchDocument(api))) {
    if (!located.path.includes("{") || OF_ANY_DEVICE.has(located.name)) continue;
    const [type, content] = Object.entries(located.operation.requestBody?.content ?? {})[0] ?? [];
    const body = content === undefined ? {} : { headers: { "content-type": type ?? "" }, body: JSON.stringify(content.example) };
    const response = await api.ask(NEVER_THERE[located.name] ?? addressOf(located), { method: located.method.toUpperCase(), ...body });
    const problem = await response.json();
    assert.deepEqual([response.status, response.headers.get("content-type")], [404, "application/problem+json"], located.name);
    assert.match(problem.code, /_not_(found|connected)$/, located.name);
    asked++;
  }
  assert.ok(asked >= 19, String(asked));
  assert.deepEqual(await contents(api), before);
  assert.deepEqual(api.done, []);
});

Deno.test("with stores that do not answer, every operation that needs them says 503 and when to try again, without telling where they are", async () => {
  const archive = fakeArchive();
  const failure = new HistoryError("Cannot reach the database at db.internal:3306", "history_unreachable");
  const broken = new Proxy({} as LifeCycle["registry"], { get: () => () => Promise.reject(failure) });
  const alerts = () => ({ active: () => [], recent: () => [], acknowledge: () => Promise.reject(failure) });
  await using api = await startApi({ archive, deps: { alerts }, wrap: (lifeCycle) => ({ ...lifeCycle, registry: broken }) });
  archive.failure = failure;
  let asked = 0;
  for (const located of operationsOf(await fetchDocument(api))) {
    if (located.operation.responses["503"] === undefined) continue;
    const [type, content] = Object.entries(located.operation.requestBody?.content ?? {})[0] ?? [];
    const text = typeof content?.example === "string" ? content.example : JSON.stringify(content?.example);
    const body = content === undefined ? {} : { headers: { "content-type": type ?? "" }, body: text };
    const response = await api.ask(addressOf(located), { method: located.method.toUpperCase(), ...body });
    const problem = await response.text();
    assert.deepEqual(
      [response.status, response.headers.get("content-type")],
      [503, "application/problem+json"],
      `${located.name}: ${problem}`,
    );
    assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d?$/, located.name);
    assert.equal(JSON.parse(problem).code, "history_unreachable");
    assert.doesNotMatch(problem, /db\.internal/);
    asked++;
  }
  assert.ok(asked >= 17, String(asked));
});

Deno.test("what fails inside is logged, and told to nobody", async () => {
  const archive = fakeArchive();
  await using api = await startApi({ archive });
  archive.failure = new HistoryError("Cannot run it: password hunter2", "history_failed");
  const response = await api.ask("/api/sessions");
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /hunter2/);
  assert.equal(api.app.log.messages("error").length, 1);
});

Deno.test("whatever is asked with GET is answered with success or with a problem, never with a failure", async () => {
  await using api = await startWithConsole();
  await fillExamples(api);
  const reads = operationsOf(await fetchDocument(api)).filter(({ method, name }) => method === "get" && !ENDLESS.has(name));
  const before = await contents(api);
  const text = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("1", "zip", "oldest", "01K", "aa"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...reads),
      fc.array(text, { minLength: 2, maxLength: 2 }),
      fc.dictionary(fc.constantFrom("limit", "cursor", "from", "until", "text", "format", "order", "deviceId", "x"), text),
      async (located, ids, query) => {
        let at = 0;
        const path = located.path.replace(/\{\w+\}/g, () => encodeURIComponent((ids[at++] ?? "").toWellFormed() || "a"));
        const response = await api.ask(`${path}?${new URLSearchParams(query)}`);
        await response.body?.cancel();
        assert.ok(response.status < 500, `${path} ${JSON.stringify(query)}: ${response.status}`);
        if (response.status >= 400) assert.equal(response.headers.get("content-type"), "application/problem+json");
      },
    ),
    { numRuns: 150 },
  );
  assert.deepEqual(await contents(api), before);
  assert.deepEqual(api.app.log.messages("error"), []);
});

Deno.test("pages of this server and programs may change something, through a proxy and under the public address too", async () => {
  const archive = fakeArchive();
  await using api = await startFilled({ archive, server: { publicUrl: "https://voice.example", trustedProxies: [] } });
  const path = "/api/devices/11:22:33:aa:bb:cc";
  const change = async (headers: Record<string, string>) => {
    const init = { method: "PATCH", headers: { "content-type": "application/json", ...headers }, body: '{"room":"Kitchen"}' };
    const response = await api.ask(path, init);
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await change({}), 200);
  assert.equal(await change({ origin: api.base }), 200);
  assert.equal(await change({ origin: "https://voice.example" }), 200);
  assert.equal(await change({ "sec-fetch-site": "same-origin", origin: api.base }), 200);
  assert.equal(await change({ "sec-fetch-site": "none" }), 200);
  assert.equal(await change({ origin: "https://voice.example.evil.org" }), 403);
});
