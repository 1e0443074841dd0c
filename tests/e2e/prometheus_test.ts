/**
 * The real server, asked by a real Prometheus with the files that the project ships.
 *
 * @module
 */

import assert from "node:assert/strict";
import { expressionsOfDashboard } from "../../tools/check_ops.ts";
import { noPrometheus, startPrometheus } from "../support/prometheus.ts";
import { deviceOf, eventually, untilAnswered } from "../support/server_device.ts";
import { startServer } from "../support/server_process.ts";

const DASHBOARDS = "deploy/grafana/dashboards";
const TOKEN = "the-token-of-the-monitoring";

/** What Grafana puts in the place of its variables. */
const VARIABLES: Readonly<Record<string, string>> = { instance: ".*", __rate_interval: "1m" };

/** What a healthy server says nothing of that has neither a database server nor Redis, and whose providers have nobody to stand in. */
const NOTHING_TO_SAY: readonly string[] = [
  "xz_outbox_",
  "xz_history_sync_lag_seconds",
  "xz_leader",
  "xz_redis_command_seconds",
  "xz_cache_hit_ratio",
  "xz_provider_breaker_state",
  "xz_actor_restarts_total",
  'outcome="failed"',
  'state!="up"',
];

Deno.test({
  name: "Prometheus with the shipped files asks the real server, takes every rule and every panel, and notices that the server is gone",
  ignore: noPrometheus,
  async fn() {
    await using server = await startServer({
      env: { XIAOZHI_METRICS_TOKEN: TOKEN, XIAOZHI_ESP32_SERVER_SYNTHESIZE_PROGRAM: "tone" },
    });
    await using prometheus = await startPrometheus({ target: `127.0.0.1:${server.port}`, token: TOKEN, hurried: ["XiaozhiDown"] });
    const up = await eventually("the target", async () => {
      const target = await prometheus.target();
      return { ok: target?.health === "up", value: target };
    });
    assert.equal(up?.labels.job, "xiaozhi");

    using device = await deviceOf(server);
    for (const turn of [1, 2]) {
      await device.typeText("hello");
      await untilAnswered(device, turn);
      // A rate is one of values that were seen before.
      await eventually("the stages of the turn in Prometheus", async () => {
        const stages = await prometheus.query('xz_turn_stage_seconds_count{stage="persist"}');
        return { ok: Number(stages[0]?.value[1] ?? 0) >= turn, value: stages };
      });
    }

    const rules = await eventually("the first evaluation of all rules", async () => {
      const rules = await prometheus.rules("shipped");
      return { ok: rules.every(({ health }) => health !== "unknown"), value: rules };
    });
    assert.ok(rules.length >= 10);
    assert.deepEqual(rules.filter(({ health }) => health !== "ok").map(({ name, lastError }) => [name, lastError]), []);
    assert.deepEqual(rules.filter(({ state }) => state === "firing").map(({ name }) => name), [], "all is well");

    const silent: string[] = [];
    let panels = 0;
    for (const { name } of Deno.readDirSync(DASHBOARDS)) {
      for (const { where, expr, labels } of expressionsOfDashboard(name, Deno.readTextFileSync(`${DASHBOARDS}/${name}`))) {
        panels++;
        const series = await prometheus.query(
          expr.replaceAll(/\$(\w+)/g, (_, variable) => VARIABLES[variable] ?? assert.fail(`${where}: $${variable}`)),
        );
        for (const { metric } of series) {
          for (const label of labels) assert.ok(label in metric, `${where}: no ${label} in ${JSON.stringify(metric)}`);
        }
        if (series.length === 0 && !NOTHING_TO_SAY.some((part) => expr.includes(part))) silent.push(`${where}: ${expr}`);
      }
    }
    assert.ok(panels > 40, `${panels} expressions`);
    assert.deepEqual(silent, []);
    assert.ok((await prometheus.query("xz_build_info")).length === 1, "what the choice of servers is made of");

    assert.equal((await server.stop("SIGTERM")).code, 0);
    const [down] = await eventually("the alert", async () => {
      const rules = await prometheus.rules("hurried");
      return { ok: rules[0]?.state === "firing", value: rules };
    });
    assert.equal(down?.alerts[0]?.labels.instance, up?.labels.instance);
    assert.equal(down?.alerts[0]?.annotations.summary, `127.0.0.1:${server.port} does not answer`);
    await eventually("the shipped rule, which waits a minute before it fires as well", async () => {
      const rule = (await prometheus.rules("shipped")).find(({ name }) => name === "XiaozhiDown");
      return { ok: rule !== undefined && rule.state !== "inactive", value: rule };
    });
  },
});
