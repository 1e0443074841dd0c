/**
 * Takes away what the server relies on, while devices talk with it, and gives it back; looks from outside whether the probes tell the truth.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { DetailedHealth } from "../../services/health/report.ts";
import { freePort } from "../support/free_port.ts";
import { type Mariadb, startMariadb } from "../support/mariadb.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { deviceOf, PATIENCE_MS } from "../support/server_device.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { readExposition } from "../support/exposition.ts";

/** How long a machine with other work may take until all is well, milliseconds; making the tables anew on it is the longest part. */
const HEALING_MS = 90_000;

/** Something that the server relies on, by its name in `/health/detailed`. */
export type DependencyName = "database" | "redis" | "esp32_server";

/** How much is done. */
export interface DependencyOptions {
  readonly devices: number;
  /** What is taken away together, one set after the other. */
  readonly outages: readonly (readonly DependencyName[])[];
  /** Whether devices are taken without the database server. */
  readonly acceptWithoutDatabase: boolean;
  /** Milliseconds between two checks; as configured by default unless told. */
  readonly intervalMs?: number;
}

/** What came of it. */
export interface DependencyOutcome {
  /** How long until the truth was told after each outage, and after each return, milliseconds. */
  readonly noticedMs: readonly number[];
  readonly recoveredMs: readonly number[];
  /** Answers that devices were given. */
  readonly turns: number;
}

interface Dependency {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Stages by HTTP: an answer of three words. */
class StageServer implements Dependency, AsyncDisposable {
  readonly port = freePort();
  #server: Deno.HttpServer | undefined;

  restart(): Promise<void> {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: this.port, onListen: () => {} }, async (request) => {
      await request.body?.cancel();
      if (new URL(request.url).pathname === "/api/chat") {
        return new Response('data: {"text": "It is well."}\n\ndata: [DONE]\n\n', { headers: { "content-type": "text/event-stream" } });
      }
      return Response.json(new URL(request.url).pathname === "/health" ? { status: "ok" } : []);
    });
    return Promise.resolve();
  }

  async kill(): Promise<void> {
    await this.#server?.shutdown();
    this.#server = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** Runs a server with all three, and takes them away. */
export async function takeAway({ devices, outages, acceptWithoutDatabase, intervalMs }: DependencyOptions): Promise<DependencyOutcome> {
  await using mariadb: Mariadb = await startMariadb();
  await using redis: TestRedis = await startRedis();
  await using stages = new StageServer();
  await stages.restart();
  const { host, port, user, password, database } = mariadb.options;
  await using server = await startServer({
    env: {
      XIAOZHI_DATABASE_HOST: host,
      XIAOZHI_DATABASE_PORT: String(port),
      XIAOZHI_DATABASE_USER: user,
      XIAOZHI_DATABASE_PASSWORD: password,
      XIAOZHI_DATABASE_NAME: database,
      XIAOZHI_REDIS_URL: redis.url,
      XIAOZHI_ESP32_SERVER_BASE_URL: `http://127.0.0.1:${stages.port}`,
      XIAOZHI_ESP32_SERVER_CHAT_PROVIDER: "http",
      XIAOZHI_ESP32_SERVER_CHAT_FALLBACK: "embedded",
      XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone",
      XIAOZHI_DEVICES_STOP_TAIL_MS: "60",
      XIAOZHI_HEALTH_ACCEPT_WITHOUT_DATABASE: String(acceptWithoutDatabase),
      ...(intervalMs === undefined ? {} : {
        XIAOZHI_HEALTH_INTERVAL_MS: String(intervalMs),
        XIAOZHI_HEALTH_ESP32_SERVER_INTERVAL_MS: String(intervalMs),
      }),
      // A machine with other work is late and has little room, and neither is what is looked at here.
      XIAOZHI_HEALTH_EVENT_LOOP_WARN_MS: "60000",
      XIAOZHI_HEALTH_DISK_WARN_MIB: "0",
      XIAOZHI_HEALTH_DISK_FAIL_MIB: "0",
    },
  });
  const all: Readonly<Record<DependencyName, Dependency>> = { database: mariadb, redis, esp32_server: stages };
  const told = new Watch(server);
  let over = false;
  const talking = Promise.all(Array.from({ length: devices }, (_, index) => talk(server, index + 1, () => over)));
  // Whoever fails first is reported at the end.
  talking.catch(() => {});
  const noticedMs: number[] = [];
  const recoveredMs: number[] = [];
  try {
    await told.until({}, true);
    for (const names of outages) {
      await Promise.all(names.map((name) => all[name].kill()));
      const required = names.includes("database") && !acceptWithoutDatabase;
      noticedMs.push(await told.until(Object.fromEntries(names.map((name) => [name, true])), !required));
      await Promise.all(names.map((name) => all[name].restart()));
      recoveredMs.push(await told.until({}, true));
    }
  } finally {
    over = true;
  }
  const turns = (await talking).reduce((sum, each) => sum + each, 0);
  assert.equal(told.deadAnswers, 0, "/livez failed");
  await compareMetrics(server, turns);
  assert.equal((await server.stop("SIGTERM")).code, 0);
  return { noticedMs, recoveredMs, turns };
}

/** Looks at the probes. */
class Watch {
  /** How often `/livez` did not answer 200. */
  deadAnswers = 0;
  readonly #url: string;

  constructor({ url }: Pick<ServerProcess, "url">) {
    this.#url = url;
  }

  /** Waits until health says that exactly these services are not well, and readiness what it should; resolves to milliseconds. */
  async until(away: Readonly<Partial<Record<DependencyName, boolean>>>, ready: boolean): Promise<number> {
    const from = performance.now();
    let seen: unknown;
    while (performance.now() - from < HEALING_MS) {
      if ((await this.#get("/livez")).status !== 200) this.deadAnswers++;
      const detailed = await this.#get("/health/detailed");
      const readyz = await this.#get("/readyz");
      const { status, services } = detailed.body as unknown as DetailedHealth;
      const wrong = (["database", "redis", "esp32_server"] as const).filter((name) =>
        // Of the stages, chat is what is taken away; beeps in the place of speech are a warning all the time.
        ((name === "esp32_server" ? services[name]?.details["chat:provider"] : services[name])?.status !== "healthy") !==
          (away[name] ?? false)
      );
      const anyAway = Object.keys(away).length > 0;
      seen = { status, wrong, services, readyz: readyz.status };
      const isRight = anyAway ? status === (ready ? "degraded" : "unhealthy") : status !== "unhealthy";
      if (wrong.length === 0 && isRight && (readyz.status === 200) === ready) return performance.now() - from;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Health did not come to ${JSON.stringify(away)} within ${HEALING_MS} ms: ${JSON.stringify(seen)}`);
  }

  async #get(path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const response = await fetch(this.#url + path, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, body: await response.json() };
  }
}

/** Asks one question after the other; resolves to how many were answered. A question without an answer is a failure of the server. */
async function talk(server: ServerProcess, number: number, over: () => boolean): Promise<number> {
  using device = await deviceOf(server, { number });
  await device.open();
  let asked = 0;
  while (!over()) {
    await device.typeText(`${++asked} plus ${number}`);
    await device.waitFor(() => device.turns.length >= asked && device.turns.at(-1)?.ttsStopAt !== undefined, { timeoutMs: PATIENCE_MS });
  }
  return asked;
}

/** What is counted is what happened. */
async function compareMetrics({ url }: ServerProcess, turns: number): Promise<void> {
  const families = readExposition(await (await fetch(`${url}/metrics`)).text());
  const value = (name: string, labels: Readonly<Record<string, string>>) =>
    families.get(name)?.samples.find((sample) => Object.entries(labels).every(([label, is]) => sample.labels[label] === is))?.value;
  const completed = value("xz_turns_total", { outcome: "completed" }) ?? 0;
  assert.ok(completed >= turns - 1, `${completed} of ${turns} turns are counted`);
  assert.ok((value("xz_device_connections_total", { result: "accepted" }) ?? 0) > 0);
  assert.ok((value("xz_audio_frames_total", { direction: "out" }) ?? 0) > turns);
  assert.ok((families.get("xz_database_query_seconds")?.samples.some(({ labels }) => labels.database === "mysql")) ?? false);
  assert.ok((families.get("xz_redis_command_seconds")?.samples.length ?? 0) > 0);
}
