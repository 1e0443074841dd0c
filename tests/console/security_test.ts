import assert from "node:assert/strict";
import { request } from "node:http";
import { systemClock } from "../../base/clock.ts";
import { RecorderHub } from "../../services/recorder/hub.ts";
import { CHROMIUM, FOREIGN_HOST, startBrowser } from "../support/browser.ts";
import { PASSWORD, storedTurn } from "../routes/app_fixture.ts";
import { type ConsoleFixture, idOf, startConsole, VIEWER_PASSWORD } from "./console_fixture.ts";

const ATTACK = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"'`;
const JSON_TYPE = { "Content-Type": "application/json" };
const CONSOLE = { "X-Xiaozhi-Console": "1" };

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A request of another machine: Host is what counts for who may do what. */
function ask(
  fx: ConsoleFixture,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const length = text === undefined ? {} : { "Content-Length": String(new TextEncoder().encode(text).length) };
  const all = { Host: `${FOREIGN_HOST}:${fx.app.port}`, Connection: "close", ...length, ...headers };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: fx.app.port, path, method, headers: all }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => answer += piece);
      response.on("end", () => {
        const head = response.rawHeaders.map((part, index) => index % 2 === 0 ? `${part}: ` : `${part}\r\n`).join("");
        resolve({ status: response.statusCode ?? 0, head, body: answer });
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

function signIn(fx: ConsoleFixture, password: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(fx, "/console/session", { method: "POST", headers: { ...JSON_TYPE, ...CONSOLE, ...headers }, body: { password } });
}

async function cookieOf(fx: ConsoleFixture, password: string): Promise<Record<string, string>> {
  const { head, status } = await signIn(fx, password);
  assert.equal(status, 200);
  return { Cookie: /set-cookie: ([^;]+);/i.exec(head)?.[1] ?? "" };
}

Deno.test("the session's cookie is out of reach of scripts and other sites, and secure behind https", async () => {
  await using fx = await startConsole({ server: { trustedProxies: ["127.0.0.1"] } });
  assert.match(
    (await signIn(fx, PASSWORD)).head,
    /set-cookie: xiaozhi_console=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict\r/i,
  );
  const https = await signIn(fx, PASSWORD, { "X-Forwarded-Proto": "https" });
  assert.match(https.head, /set-cookie: __Host-xiaozhi_console=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure\r/i);
});

Deno.test("guessing is slowed down, for each address and for all together, and tells nothing but that a password is wrong", async () => {
  await using fx = await startConsole({ server: { trustedProxies: ["127.0.0.1"] } });
  const from = (n: number) => ({ "X-Forwarded-For": `203.0.113.${n}` });
  const answers = await Promise.all(Array.from({ length: 14 }, (_, i) => signIn(fx, `guess ${i}`, from(1))));
  assert.equal(answers.filter(({ status }) => status === 401).length, 10);
  assert.equal(answers.filter(({ status }) => status === 429).length, 4);
  assert.equal(new Set(answers.filter(({ status }) => status === 401).map(({ body }) => body)).size, 1);
  const limited = await signIn(fx, PASSWORD, from(1));
  assert.equal(limited.status, 429);
  assert.match(limited.head, /retry-after: [1-9]\d?\r/i);
  assert.doesNotMatch(limited.head, /set-cookie/i);
  assert.equal((await signIn(fx, PASSWORD, from(2))).status, 200);
});

Deno.test("what changes something needs the console's own header and its own pages", async () => {
  await using fx = await startConsole();
  fx.change({ deviceId: idOf(1) });
  const session = await cookieOf(fx, PASSWORD);
  const path = `/api/devices/${idOf(1)}/say`;
  const say = (headers: Record<string, string>) =>
    ask(fx, path, { method: "POST", headers: { ...JSON_TYPE, ...session, ...headers }, body: { text: "Hello" } });
  assert.equal((await say({})).status, 403);
  assert.equal((await say({ ...CONSOLE, Origin: "https://evil.example.org" })).status, 403);
  assert.equal((await say({ ...CONSOLE, "Sec-Fetch-Site": "cross-site" })).status, 403);
  assert.equal((await say({ ...CONSOLE, "Sec-Fetch-Site": "same-site" })).status, 403);
  assert.equal(fx.done.length, 0);
  assert.equal((await say({ ...CONSOLE, Origin: `http://${FOREIGN_HOST}:${fx.app.port}` })).status, 202);
  for (const headers of [{ Origin: "https://evil.example.org", ...CONSOLE }, {}] as Record<string, string>[]) {
    const refused = await ask(fx, "/console/session", {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: { password: PASSWORD },
    });
    assert.equal(refused.status, 403);
    assert.equal((await ask(fx, "/console/session", { method: "DELETE", headers: { ...session, ...headers } })).status, 403);
  }
  assert.equal((await ask(fx, "/api/status", { headers: session })).status, 200);
});

Deno.test("a viewer reads everything and changes nothing, whatever the operation", async () => {
  await using fx = await startConsole();
  fx.change({ deviceId: idOf(1) });
  const viewer = { ...await cookieOf(fx, VIEWER_PASSWORD), ...CONSOLE };
  const document = JSON.parse((await ask(fx, "/api/openapi.json", { headers: viewer })).body) as {
    paths: Record<string, Record<string, unknown>>;
  };
  let tried = 0;
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of Object.keys(operations).filter((name) => ["post", "put", "patch", "delete"].includes(name))) {
      const at = path.replace("{id}", idOf(1));
      const { status, body } = await ask(fx, at, { method: method.toUpperCase(), headers: { ...viewer, ...JSON_TYPE } });
      assert.equal(status, 403, `${method} ${path}: ${body}`);
      assert.equal(JSON.parse(body).code, "viewer_only");
      tried++;
    }
  }
  assert.ok(tried >= 10, String(tried));
  assert.equal((await ask(fx, `/api/devices/${idOf(1)}`, { headers: viewer })).status, 200);
});

Deno.test("a session ends with its sign-out, and a made-up one never begins", async () => {
  await using fx = await startConsole();
  const session = await cookieOf(fx, PASSWORD);
  assert.equal((await ask(fx, "/api/status", { headers: session })).status, 200);
  assert.equal((await ask(fx, "/console/session", { method: "DELETE", headers: { ...session, ...CONSOLE } })).status, 204);
  assert.equal((await ask(fx, "/api/status", { headers: session })).status, 401);
  for (const value of ["x", "a".repeat(43), PASSWORD, "../../etc/passwd", "a".repeat(5000)]) {
    assert.equal((await ask(fx, "/api/status", { headers: { Cookie: `xiaozhi_console=${encodeURIComponent(value)}` } })).status, 401);
  }
});

Deno.test("the feeds are for those who may look, and for pages of this server alone, at this machine too", async () => {
  const recorders = new RecorderHub({ clock: systemClock(), appVersion: "0" });
  recorders.for(idOf(1)).note("here");
  await using fx = await startConsole({ recorders });
  const local = { Host: `localhost:${fx.app.port}` };
  for (const path of ["/api/console/feed", `/api/console/devices/${idOf(1)}/records`]) {
    const feed = (headers: Record<string, string>) => ask(fx, path, { headers });
    assert.equal((await feed({})).status, 401);
    assert.equal((await feed({ ...local, Origin: "https://evil.example.org" })).status, 403);
    assert.equal((await feed({ ...local, "Sec-Fetch-Site": "cross-site" })).status, 403);
    assert.equal((await feed({ Host: "evil.example.org" })).status, 401);
  }
  assert.equal(fx.console.fleet.watchers, 0);
  for (const id of [idOf(2), "..%2f..%2fetc", "%3Cscript%3E"]) {
    const { status, body } = await ask(fx, `/api/console/devices/${id}/records`, { headers: local });
    assert.ok(status === 404 || status === 400, String(status));
    assert.doesNotMatch(body, /<script/);
  }
});

Deno.test("files of the console are those of its bundle and no others", async () => {
  await using fx = await startConsole();
  for (const name of ["manifest.json", "..%2f..%2fdeno.json", "%2e%2e/%2e%2e/deno.json", "main.js.br", "x".repeat(3000)]) {
    const { status, body } = await ask(fx, `/console/assets/${name}`);
    assert.ok(status === 404 || body.startsWith("<!DOCTYPE html>"), name);
    assert.doesNotMatch(body, /"imports"/);
  }
});

Deno.test({
  name: "names, boards, rooms, tools and answers of devices are text and nothing else",
  ignore: CHROMIUM.ignore,
  async fn() {
    const tools = [{
      name: ATTACK,
      description: ATTACK,
      inputSchema: { type: "object", properties: { [ATTACK]: { enum: [ATTACK], description: ATTACK } } },
    }];
    await using fx = await startConsole({ tools, answer: () => ({ text: ATTACK, isError: true }) });
    const id = idOf(1);
    fx.change({ deviceId: id, board: ATTACK, firmware: ATTACK, state: ATTACK, remoteAddress: ATTACK, tools: [ATTACK] });
    fx.console.tally.add(storedTurn({ deviceId: id, startedAt: Date.now(), userText: ATTACK }));
    await fx.lifeCycle.registry.update(id, { name: ATTACK, room: ATTACK, alias: ATTACK });
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console`);
    await page.getByRole("link", { name: ATTACK, exact: true }).click();
    await page.getByRole("heading", { name: ATTACK }).waitFor();
    await page.locator("summary").click();
    await page.getByRole("button", { name: "Call" }).click();
    await page.locator(".answer.bad pre", { hasText: "owned" }).waitFor();
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.notEqual(await page.title(), "owned");
    assert.deepEqual(problems, []);
    const refused = page.evaluate("new Promise((r) => addEventListener('securitypolicyviolation', (e) => r(e.effectiveDirective)))");
    await page.evaluate("{ const s = document.createElement('script'); s.textContent = 'document.title = 1'; document.body.append(s); }");
    assert.match(String(await refused), /^script-src/);
  },
});

Deno.test({
  name: "a page of another site can neither follow the feed nor act, from a browser at this machine",
  ignore: CHROMIUM.ignore,
  async fn() {
    await using fx = await startConsole();
    fx.change({ deviceId: idOf(1) });
    await using evil = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("<!DOCTYPE html><title>evil</title>", { headers: { "content-type": "text/html" } }),
    );
    await using browser = await startBrowser();
    const { page } = await browser.page();
    await page.goto(`http://evil.${FOREIGN_HOST}:${evil.addr.port}/`);
    const told = await page.evaluate(`new Promise((resolve) => {
      const source = new EventSource("${fx.base}/api/console/feed", { withCredentials: true });
      source.onmessage = () => resolve("told");
      source.onerror = () => resolve("refused");
    })`);
    assert.equal(told, "refused");
    const acted = await page.evaluate(`Promise.all(["no-cors", "cors"].map((mode) =>
      fetch("${fx.base}/api/devices/${
      encodeURIComponent(idOf(1))
    }/reboot", { method: "POST", mode, credentials: "include" }).then((r) => r.type, () => "refused")))`);
    assert.ok((acted as string[]).every((type) => type !== "basic" && type !== "cors"), String(acted));
    assert.deepEqual(fx.done, []);
    assert.equal(fx.console.fleet.watchers, 0);
    const framed = await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.src = "${fx.base}/console";
      frame.onload = () => { try { resolve(frame.contentDocument === null ? "kept out" : "let in"); } catch { resolve("kept out"); } };
      document.body.append(frame);
    })`);
    assert.equal(framed, "kept out");
  },
});
