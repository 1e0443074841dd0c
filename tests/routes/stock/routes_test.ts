import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { startSync, type Sync } from "../../../actors/sync/setup.ts";
import type { SourceStatus } from "../../../actors/sync/status.ts";
import { createFrameEncoder } from "../../../audio/opus/worker_encoder.ts";
import { encodeWav } from "../../../audio/wav.ts";
import { systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { createStockRoutes } from "../../../routes/stock/routes.ts";
import { configWith } from "../../../services/config/mod.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { type TempDir, tempDir } from "../../support/temp_dir.ts";
import { startApp } from "../app_fixture.ts";

const SECRET = "0f6f2a5e-7a43-4c1c-8a57-3d7a5f7b0b11";
const MAC = "AA:BB:CC:DD:EE:FF";

/** The routes over a real history. */
class Bench implements AsyncDisposable {
  readonly dir: TempDir;
  readonly log: CapturedLogger;
  readonly history: SqliteHistory;
  readonly sync: Sync;
  readonly #resources: AsyncDisposableStack;
  #time = Date.UTC(2026, 0, 1);
  audio: "none" | "both" = "none";

  private constructor(dir: TempDir, log: CapturedLogger, history: SqliteHistory, sync: Sync, resources: AsyncDisposableStack) {
    [this.dir, this.log, this.history, this.sync, this.#resources] = [dir, log, history, sync, resources];
  }

  static async open(dir: TempDir, audio: "none" | "both" = "none"): Promise<Bench> {
    const resources = new AsyncDisposableStack();
    const log = resources.use(captureLogger());
    const clock = systemClock();
    const history = resources.use(await openSqliteHistory({ dataDir: dir.path, clock, logger: log.logger }));
    const encoder = resources.use(createFrameEncoder({ workers: 1, complexity: 0, bitrate: 16_000 }));
    const config = configWith({ sync: { push: { secret: SECRET } }, history: { audio } });
    const supervisor = resources.use(new Supervisor({ clock }));
    const common = { dataDir: dir.path, archive: history, encoder, supervisor, clock, random: systemRandom(), logger: log.logger };
    const sync = startSync({ config, ...common });
    assert.ok(sync?.intake);
    resources.use(sync);
    return new Bench(dir, log, history, sync, resources);
  }

  async send(path: string, body: unknown, more: { readonly secret?: string; readonly method?: string } = {}): Promise<Envelope> {
    const routes = createStockRoutes({ secret: SECRET, intake: this.sync.intake!, archive: this.history, logger: this.log.logger });
    const method = more.method ?? "POST";
    const response = await routes(
      new Request(`http://x${path}`, {
        method,
        headers: { authorization: `Bearer ${more.secret ?? SECRET}`, "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    assert.ok(response !== undefined, `${path} is none of the routes`);
    return { status: response.status, ...await response.json() };
  }

  report(chatType: number, content: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    this.#time += 1000;
    return { macAddress: MAC, sessionId: "s1", chatType, content, reportTime: this.#time, audioBase64: null, ...more };
  }

  /** Waits until the turns are as they should be. */
  async turns(wanted: readonly string[]): Promise<void> {
    for (;;) {
      const { items } = await this.history.turns({ order: "oldest" });
      const found = items.map(({ userText, replyText }) => `${userText}|${replyText}`);
      if (JSON.stringify(found) === JSON.stringify(wanted)) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

interface Envelope {
  readonly status: number;
  readonly code: number;
  readonly msg: string;
  readonly data: unknown;
}

const REPORT = "/agent/chat-history/report";

Deno.test("reports become turns, with and without the context path", async () => {
  await using dir = tempDir();
  await using bench = await Bench.open(dir);
  const answer = await bench.send(`/xiaozhi${REPORT}`, bench.report(1, "How are you?"));
  assert.deepEqual(answer, { status: 200, code: 0, msg: "success", data: true });
  await bench.turns(["How are you?|"]);
  await bench.send(REPORT, bench.report(3, '[{"type":"tool","text":"x()"}]'));
  await bench.send(REPORT, bench.report(2, "Fine, thanks."));
  await bench.turns(["How are you?|Fine, thanks."]);
  const { items: [turn] } = await bench.history.turns();
  assert.deepEqual([turn?.deviceId, turn?.sessionId, turn?.startedAt], [MAC.toLowerCase(), "s1", Date.UTC(2026, 0, 1, 0, 0, 1)]);
});

Deno.test("a report that is sent again makes nothing new, also after a restart and at the same time", async () => {
  await using dir = tempDir();
  const reports: Record<string, unknown>[] = [];
  {
    await using bench = await Bench.open(dir);
    reports.push(bench.report(1, "one"), bench.report(2, "two"));
    await Promise.all([...reports, ...reports].map((report) => bench.send(REPORT, report)));
    await bench.turns(["one|two"]);
  }
  await using bench = await Bench.open(dir);
  for (const report of reports) assert.equal((await bench.send(REPORT, report)).data, true);
  await bench.turns(["one|two"]);
  assert.equal((await bench.history.turns()).items.length, 1);
});

Deno.test("what was answered is durable: a report becomes a turn although the archive was down until the restart", async () => {
  await using dir = tempDir();
  {
    await using bench = await Bench.open(dir);
    bench.history.apply = () => Promise.reject(new Error("down"));
    assert.equal((await bench.send(REPORT, bench.report(1, "kept"))).code, 0);
  }
  await using bench = await Bench.open(dir);
  await bench.turns(["kept|"]);
});

Deno.test("WAV of a report is kept as Ogg Opus; audio that is none costs the report nothing", async () => {
  await using dir = tempDir();
  await using bench = await Bench.open(dir, "both");
  const samples = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i / 5));
  const audioBase64 = Buffer.from(encodeWav({ sampleRate: 16_000, samples })).toString("base64");
  await bench.send(REPORT, bench.report(1, "sounding", { audioBase64 }));
  await bench.send(REPORT, bench.report(2, "broken", { audioBase64: "AAAA" }));
  await bench.turns(["sounding|broken"]);
  const { items: [turn] } = await bench.history.turns();
  assert.equal(turn?.audioFiles.reply, undefined);
  const bytes = await Deno.readFile(dir.join(turn!.audioFiles.user!));
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 4)), "OggS");
  assert.ok(bytes.length < 8000, `${bytes.length} bytes of Ogg from 32 kB of WAV`);
  assert.equal(bench.log.messages("warning").length, 1);
});

Deno.test("a wrong secret is code 401 in an answer of status 200, as stock servers expect it, and nothing is kept", async () => {
  await using dir = tempDir();
  await using bench = await Bench.open(dir);
  for (const secret of ["", "wrong", `${SECRET}x`]) {
    const answer = await bench.send(REPORT, bench.report(1, "no"), { secret });
    assert.deepEqual([answer.status, answer.code, answer.data], [200, 401, null]);
  }
  assert.equal((await bench.history.turns()).items.length, 0);
});

Deno.test("what is no report is refused with what is wrong, and a stock server does not send it again", async () => {
  await using dir = tempDir();
  await using bench = await Bench.open(dir);
  for (const [body, code] of [["no json", 400], [{}, 400], [bench.report(9, "x"), 400], ["x".repeat(17 * 1024 * 1024), 413]] as const) {
    const answer = await bench.send(REPORT, body);
    assert.deepEqual([answer.status, answer.code], [code, code]);
    assert.notEqual(answer.msg, "");
  }
});

Deno.test("a report that cannot be kept is answered so that it is sent again, without saying what was in it", async () => {
  using log = captureLogger();
  const intake = { take: () => Promise.reject(new Error("disk full")) };
  const routes = createStockRoutes({ secret: SECRET, intake, archive: {} as SqliteHistory, logger: log.logger });
  const body = JSON.stringify({ macAddress: MAC, sessionId: "s", chatType: 1, content: "a secret thing", reportTime: 1e12 });
  const headers = { authorization: `Bearer ${SECRET}` };
  const response = await routes(new Request(`http://x${REPORT}`, { method: "POST", headers, body }));
  assert.equal(response?.status, 503);
  assert.equal((await response.json()).code, 500);
  assert.ok(!log.messages().join().includes("a secret thing"));
});

Deno.test("the sibling routes answer what lets a stock server go on, or say why not", async () => {
  await using dir = tempDir();
  await using bench = await Bench.open(dir);
  await bench.send(REPORT, bench.report(2, "Welcome!"));
  await bench.send(REPORT, bench.report(1, "  Tell me  a very long story about the sea and its many ships  "));
  await bench.turns(["|Welcome!", "Tell me  a very long story about the sea and its many ships|"]);
  const title = await bench.send("/xiaozhi/agent/chat-title/s1/generate", "");
  assert.deepEqual([title.code, title.data], [0, "Tell me a very long story abo…"]);
  assert.equal((await bench.history.session("s1"))?.title, title.data);
  await bench.history.retitle("s1", "Mine");
  assert.equal((await bench.send("/agent/chat-title/s1/generate", "")).data, "Mine");
  assert.equal((await bench.send("/agent/chat-title/unknown/generate", "")).data, "");
  assert.equal((await bench.send("/agent/chat-summary/s1/save", "")).code, 0);
  assert.deepEqual((await bench.send("/config/correct-words", { macAddress: MAC })).data, []);
  for (const path of ["/config/server-base", "/xiaozhi/config/agent-models"]) {
    const answer = await bench.send(path, {});
    assert.deepEqual([answer.status, answer.code, answer.data], [200, 404, null]);
  }
  assert.equal((await bench.send("/device/address-book/call?callerMac=x", "", { method: "GET" })).code, 404);
});

Deno.test("other paths are none of these routes, and the app has them only where reports may come", async () => {
  const routes = createStockRoutes({
    secret: SECRET,
    intake: { take: () => Promise.resolve(true) },
    archive: {} as SqliteHistory,
    logger: captureLogger().logger,
  });
  for (const path of ["/", "/xiaozhi/ota/", "/xiaozhi/v1/", "/xiaozhi/agent/list", "/agent/chat-history/report/x"]) {
    assert.equal(routes(new Request(`http://x${path}`)), undefined, path);
  }
  await using without = startApp();
  const refused = await fetch(`${without.base}/xiaozhi${REPORT}`, { method: "POST", body: "{}" });
  await refused.body?.cancel();
  assert.equal(refused.status, 404);
  const push = { added: 3 } as SourceStatus;
  await using app = startApp({ deps: { stock: routes, parts: () => Promise.resolve({ sync: { push } }) } });
  const headers = { authorization: `Bearer ${SECRET}` };
  const body = JSON.stringify({ macAddress: MAC, chatType: 1, content: "x", reportTime: 1e12 });
  const taken = await fetch(`${app.base}/xiaozhi${REPORT}`, { method: "POST", headers, body });
  assert.deepEqual(await taken.json(), { code: 0, msg: "success", data: true });
  const status = await fetch(`${app.base}/api/status`);
  assert.deepEqual((await status.json()).sync, { push: { added: 3 } });
});
