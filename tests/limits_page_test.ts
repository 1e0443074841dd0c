import assert from "node:assert/strict";

/** Folders whose limits nobody configures, and all stand on the page. */
const FOLDERS = [
  "actors/cache",
  "actors/delivery",
  "actors/health",
  "actors/sync",
  "routes/console",
  "services/alerts",
  "services/delivery",
  "services/metrics",
  "services/sync",
];

/** Numbers that are no limits: a rate of samples, an objective and what it leaves. */
const FIGURES: ReadonlySet<string> = new Set(["SAMPLE_RATE", "OBJECTIVE", "ERROR_BUDGET"]);

/** A constant that others see, or that says of itself that it is the most. */
const LIMIT = /^(?:export const ([A-Z][A-Z0-9_]+)|const (MAX_[A-Z0-9_]+))(?:: number)? = [\d(]/gm;

function* limitsBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* limitsBelow(path);
    else for (const [, shown, most] of Deno.readTextFileSync(path).matchAll(LIMIT)) yield shown ?? most!;
  }
}

Deno.test("the page about limits names every limit of the daemons, of metrics, alerts and the console, and none that there is not", () => {
  const page = Deno.readTextFileSync("docs/limits.md");
  const rows = page.slice(page.indexOf("## Daemons"), page.indexOf("## Logs")).split("\n");
  const told = new Map<string, Set<string>>();
  let where = "";
  for (const row of rows) {
    where = /^\| `([\w/]+)` \|/.exec(row)?.[1] ?? where;
    const names = told.get(where) ?? new Set();
    told.set(where, names);
    for (const [, name = ""] of row.matchAll(/`([A-Z][A-Z0-9_]+)`/g)) names.add(name);
  }
  for (const folder of FOLDERS) {
    const limits = new Set([...limitsBelow(folder)].filter((name) => !FIGURES.has(name)));
    assert.ok(limits.size > 0, folder);
    assert.deepEqual([...told.get(folder) ?? []].sort(), [...limits].sort(), folder);
  }
});
