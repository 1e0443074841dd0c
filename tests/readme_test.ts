import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { loadConfig } from "../services/config/mod.ts";
import { formatMarkdown } from "../tools/config.ts";

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/real-device.md",
  "docs/protocol-notes.md",
  "docs/latency.md",
  "docs/measurements.md",
  "docs/observability.md",
  "docs/supervision.md",
  "docs/alerts.md",
];

/** Folders whose files are named in pages; `data` and `models` are made by running the server and by people. */
const FOLDERS: readonly string[] =
  Deno.readTextFileSync("lint/rules/import_table.ts").match(/^const ALL = \[([^\]]*)\]/m)?.[1]?.match(/\w+/g) ?? [];

const config: { readonly tasks: Readonly<Record<string, string>>; readonly imports: Readonly<Record<string, string>> } = JSON.parse(
  Deno.readTextFileSync("deno.json"),
);
const readme = Deno.readTextFileSync("README.md");
const pages = PAGES.filter(exists).map((path) => ({ path, text: Deno.readTextFileSync(path) }));

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

Deno.test("the README's table of keys is what deno task config --markdown prints", async () => {
  const { entries } = await loadConfig({ env: {}, readText: () => undefined });
  const between = /<!-- config:begin -->\n([^]*?)<!-- config:end -->/.exec(readme)?.[1] ?? "";
  const table = between.split("\n").filter((line) => line.startsWith("|")).join("\n") + "\n";
  assert.equal(table, formatMarkdown(entries), "replace it by the output of deno task config --markdown");
});

Deno.test("every task that a page tells people to run exists, and npx gets the Deno that the gate tests", async () => {
  const pinned = /^DENO_VERSION=(\S+)$/m.exec(await Deno.readTextFile(".ci/run"))?.[1];
  for (const { path, text } of pages) {
    for (const [, version, task = ""] of text.matchAll(/\bdeno(@[\d.]+)? task ([a-z][\w:-]*)/g)) {
      assert.ok(config.tasks[task], `${path}: deno task ${task}`);
      if (version !== undefined) assert.equal(version, `@${pinned}`, path);
    }
  }
  for (const task of ["dev", "device", "test"]) assert.match(readme, new RegExp(`deno(@[\\d.]+)? task ${task}\\b`));
});

Deno.test("every relative link and picture of a page leads somewhere, anchors included", () => {
  for (const { path, text } of pages) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const found = file === "" ? path : join(dirname(path), file);
      assert.ok(exists(found), `${path}: ${target}`);
      if (anchor !== undefined) assert.ok(anchors(Deno.readTextFileSync(found)).includes(anchor), `${path}: ${target}`);
    }
  }
  assert.match(readme, /!\[[^\]]+\]\(docs\/architecture\.svg\)/);
});

Deno.test("every file of the project that a page names exists", () => {
  assert.ok(FOLDERS.includes("tests") && FOLDERS.includes("routes"));
  const inFolder = new RegExp(`(?<![\\w./@-])(?:base|docs|deploy|${FOLDERS.join("|")})/[\\w./-]*\\w`, "g");
  const atRoot = /(?<![\w./-])(?:[A-Z]+\.md|deno\.(?:json|lock)|main\.ts|\.ci\/run|\.env\.example)(?![\w/])/g;
  for (const { path, text } of pages) {
    const prose = text.replace(/\]\([^)]*\)/g, "]").replace(/\bhttps?:\S+/g, "");
    for (const [named] of [...prose.matchAll(inFolder), ...prose.matchAll(atRoot)]) assert.ok(exists(named), `${path}: ${named}`);
  }
});

Deno.test("every configuration key that a page names exists", async () => {
  const { entries } = await loadConfig({ env: {}, readText: () => undefined });
  const keys = entries.map((entry) => entry.path);
  const sections = [...new Set(keys.map((key) => key.split(".")[0]))].join("|");
  const variables = new Set([...entries.map((entry) => entry.variable), "XIAOZHI_CONFIG"]);
  for (const { path, text } of pages) {
    for (const [, key = ""] of text.matchAll(new RegExp(`\`((?:${sections})(?:\\.\\w+)+)(?:\`|:| )`, "g"))) {
      assert.ok(keys.some((each) => each === key || each.startsWith(`${key}.`)), `${path}: ${key}`);
    }
    for (const [variable] of text.matchAll(/XIAOZHI_[A-Z0-9_]+/g)) {
      assert.ok(variables.has(variable) || text.includes(`${variable} (environment): unknown`), `${path}: ${variable}`);
    }
  }
});

Deno.test("every dependency stands in the README with its version", () => {
  const table = readme.slice(readme.indexOf("## Dependencies"), readme.indexOf("## Measurements"));
  for (const specifier of Object.values(config.imports)) {
    const [, name = "", version = ""] = /^npm:(@?[^@]+)@([^/]+)/.exec(specifier) ?? [];
    assert.ok(table.includes(`\`${name}\` ${version}`), `\`${name}\` ${version}`);
  }
});

/** Names of the tests of this project that begin with a corner case, by its number. */
function cornerCases(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const look = (folder: string): void => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) look(path);
      else if (name.endsWith("_test.ts")) {
        for (const [, number, title = ""] of Deno.readTextFileSync(path).matchAll(/Deno\.test\(["`]case (\d+): ([^"`]+)["`]/g)) {
          found.set(Number(number), [...found.get(Number(number)) ?? [], title]);
        }
      }
    }
  };
  look("tests");
  return found;
}

Deno.test("each of the 36 corner cases has a test, and docs/protocol-notes.md names exactly those tests", async () => {
  const tests = cornerCases();
  const rows = (await Deno.readTextFile("docs/protocol-notes.md")).matchAll(/^\| (\d+) \|[^\n]*\| ([^|\n]+) \|$/gm);
  const noted = new Map([...rows].map(([, number, names = ""]) => [Number(number), names.split("<br>")]));
  for (let number = 1; number <= 36; number++) {
    assert.ok(tests.has(number), `case ${number} has no test`);
    assert.deepEqual(noted.get(number)?.toSorted(), tests.get(number)?.toSorted(), `case ${number} in docs/protocol-notes.md`);
  }
});
