/**
 * A Prometheus of a test's own, with the configuration that the project ships: a process on a free port, with its data in a temporary folder.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { freePort } from "./free_port.ts";
import { needs } from "./programs.ts";
import { eventually } from "./server_device.ts";
import { tempDir } from "./temp_dir.ts";

const SHIPPED = "deploy/prometheus";

/** How often it asks and evaluates: a test has no quarter of a minute to wait. */
const EVERY = "500ms";

/** Whether there is no Prometheus to test with: for the `ignore` of a test. */
export const noPrometheus: boolean = needs("prometheus").ignore;

/** A series, or several, as Prometheus answers them. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds, and the value as text. */
  readonly value: readonly [number, string];
}

/** A rule as it is at the moment. */
export interface RuleState {
  readonly name: string;
  readonly health: "ok" | "err" | "unknown";
  readonly lastError?: string;
  readonly state: "inactive" | "pending" | "firing";
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> }[];
}

/** A running Prometheus. */
export interface TestPrometheus extends AsyncDisposable {
  /** The one target that is asked. */
  target(): Promise<{ readonly health: string; readonly lastError: string; readonly labels: Readonly<Record<string, string>> } | undefined>;
  /** The rules of a file. */
  rules(file: "shipped" | "hurried"): Promise<readonly RuleState[]>;
  /** What an expression is now; fails with the words of Prometheus where it does not take it. */
  query(expression: string): Promise<readonly Series[]>;
}

/** What it is started with. */
export interface TestPrometheusOptions {
  /** Host and port of the server that is asked. */
  readonly target: string;
  /** What it shows the server. */
  readonly token: string;
  /** Rules that are evaluated a second time, without the time that they wait before they fire. */
  readonly hurried: readonly string[];
}

/** Starts it on the shipped files, of which only addresses, paths and the pace are changed, and waits until it is ready. */
export async function startPrometheus({ target, token, hurried }: TestPrometheusOptions): Promise<TestPrometheus> {
  const { path } = needs("prometheus");
  await using resources = new AsyncDisposableStack();
  const dir = resources.use(tempDir());
  const shipped = resolve(SHIPPED, "rules.yaml");
  const tokenFile = dir.join("token");
  await Deno.writeTextFile(tokenFile, token);
  const config = parse(await Deno.readTextFile(join(SHIPPED, "prometheus.yaml")));
  const [scrape] = config.scrape_configs;
  scrape.authorization.credentials_file = tokenFile;
  scrape.static_configs[0].targets = [target];
  config.global = { scrape_interval: EVERY, evaluation_interval: EVERY };
  config.rule_files = [shipped, dir.join("hurried.yaml")];
  const { groups: [group] } = parse(await Deno.readTextFile(shipped));
  const rules = group.rules.filter(({ alert }: { readonly alert: string }) => hurried.includes(alert));
  const soon = rules.map(({ for: _, ...rule }: { readonly for?: string }) => rule);
  await Deno.writeTextFile(dir.join("hurried.yaml"), stringify({ groups: [{ name: "hurried", rules: soon }] }));
  await Deno.writeTextFile(dir.join("prometheus.yaml"), stringify(config));

  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${dir.join("prometheus.yaml")}`,
    `--storage.tsdb.path=${dir.join("data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = new Deno.Command(path, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  resources.defer(async () => {
    child.kill("SIGKILL");
    await child.status;
  });
  await eventually("Prometheus", async () => {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    await response?.body?.cancel();
    return { ok: response?.ok === true, value: response?.status };
  });

  const ask = async (call: string, parameters: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/api/v1/${call}`, { method: call === "query" ? "POST" : "GET", ...form(call, parameters) });
    const { status, data, error } = await response.json();
    if (status !== "success") throw new Error(`Prometheus does not take ${JSON.stringify(parameters)}: ${error}`);
    return data;
  };
  const held = resources.move();
  return {
    target: async () => (await ask("targets")).activeTargets[0],
    async rules(file) {
      const { groups } = await ask("rules");
      return groups.find(({ name }: { readonly name: string }) => (name === "hurried") === (file === "hurried")).rules;
    },
    query: async (expression) => (await ask("query", { query: expression })).result,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function form(call: string, parameters: Readonly<Record<string, string>>): RequestInit {
  return call === "query" ? { body: new URLSearchParams(parameters) } : {};
}
