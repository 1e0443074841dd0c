import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { RULE_IDS } from "../services/alerts/alert.ts";
import { alertsIn } from "../tools/check_ops.ts";
import { needs } from "./support/programs.ts";

const DASHBOARDS = "deploy/grafana/dashboards";
const rules = alertsIn(Deno.readTextFileSync("deploy/prometheus/rules.yaml"));
const compose = parse(Deno.readTextFileSync("deploy/compose.monitoring.yaml"));
const guide = Deno.readTextFileSync("docs/alerts.md");

const { ignore, path } = needs("promtool");

async function promtool(...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(path, { args, cwd: "deploy/prometheus" }).output();
  assert.ok(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
}

Deno.test({ name: "Prometheus takes the rules and the configuration", ignore }, async () => {
  await promtool("check", "rules", "rules.yaml");
  await promtool("check", "config", "--syntax-only", "prometheus.yaml");
});

Deno.test({ name: "every rule of Prometheus fires when it should and only then", ignore }, async () => {
  await promtool("test", "rules", "rules_test.yaml");
});

Deno.test("every rule of Prometheus has a test that it fires and one that it does not", () => {
  const { tests }: { readonly tests: { readonly alert_rule_test: { readonly alertname: string; readonly exp_alerts: unknown[] }[] }[] } =
    parse(
      Deno.readTextFileSync("deploy/prometheus/rules_test.yaml"),
    );
  const all = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  const named = (fires: boolean) =>
    new Set(all.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname));
  const alerts = new Set(rules.map(({ alert }) => alert));
  assert.deepEqual([named(true), named(false)], [alerts, alerts]);
});

Deno.test("every rule of Prometheus says what it is, what it means and what to do", () => {
  assert.ok(rules.length >= 10);
  for (const { alert, labels, annotations = {} } of rules) {
    assert.match(labels?.severity ?? "", /^(critical|warning)$/, alert);
    for (const name of ["summary", "description", "guidance"]) assert.ok((annotations[name] ?? "").length > 10, `${alert}: ${name}`);
  }
});

Deno.test("the page about alerts has a row for every alert of the server and every rule of Prometheus", () => {
  for (const id of [...RULE_IDS, ...rules.map(({ alert }) => alert)]) assert.match(guide, new RegExp(`^\\| \`${id}\` \\|`, "m"), id);
});

Deno.test("every dashboard has a name of its own, and panels that lie side by side and say what they show", () => {
  const uids = new Set<string>();
  for (const { name } of Deno.readDirSync(DASHBOARDS)) {
    const { uid, title, panels } = JSON.parse(Deno.readTextFileSync(`${DASHBOARDS}/${name}`));
    assert.ok(!uids.has(uid) && title.length > 0, name);
    uids.add(uid);
    const taken = new Set<string>();
    const ids = new Set<number>();
    for (const { id, type, title, gridPos: { x, y, w, h }, targets = [] } of panels) {
      assert.ok(!ids.has(id) && title.length > 0 && x + w <= 24, `${name}: ${title}`);
      ids.add(id);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          assert.ok(!taken.has(`${column} ${row}`), `${name}: ${title} overlaps`);
          taken.add(`${column} ${row}`);
        }
      }
      if (type !== "row") assert.ok(targets.length > 0, `${name}: ${title}`);
    }
  }
  assert.deepEqual(uids, new Set(["xiaozhi-conversation", "xiaozhi-fleet", "xiaozhi-supervision"]));
});

Deno.test("the monitoring containers are pinned, mount files that exist, and are reached from this machine alone", () => {
  for (const { image, volumes, ports } of Object.values<{ image: string; volumes: string[]; ports: string[] }>(compose.services)) {
    assert.match(image, /:v?\d+\.\d+\.\d+$/);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    for (const [from = ""] of volumes.map((volume) => volume.split(":"))) {
      if (from.startsWith(".")) assert.ok(Deno.statSync(join("deploy", from)), from);
      else assert.ok(from in compose.volumes, from);
    }
  }
  const { default: _, ...provisioned } = parse(Deno.readTextFileSync("deploy/grafana/provisioning/dashboards/xiaozhi.yaml"));
  assert.ok(compose.services.grafana.volumes.some((volume: string) => volume.includes(provisioned.providers[0].options.path)));
});
