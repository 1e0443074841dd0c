/**
 * Checks that what `deploy/` asks Prometheus for exists: metrics, their labels, and the values of labels that are known.
 *
 * @module
 */

import { parse } from "yaml";
import { createInstruments } from "../services/metrics/instruments.ts";
import { OTHER } from "../services/metrics/labels.ts";
import type { AnyFamily } from "../services/metrics/registry.ts";
import { print, printError } from "./output.ts";

/** A PromQL expression, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly expr: string;
  /** Labels that texts beside it name, as in `{{provider}}`. */
  readonly labels: readonly string[];
}

/** Labels that Prometheus adds itself. */
const ADDED = ["instance", "job", "le"];

/** What a histogram is exported as. */
const PARTS = /_(bucket|sum|count)$/;

const RULES = "deploy/prometheus/rules.yaml";
const DASHBOARDS = "deploy/grafana/dashboards";

/** The alerts of a file of rules. */
export interface AlertDefinition {
  readonly alert: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads the alerts of a file of rules. */
export function alertsIn(yaml: string): AlertDefinition[] {
  const { groups }: { readonly groups: readonly { readonly rules: AlertDefinition[] }[] } = parse(yaml);
  return groups.flatMap(({ rules }) => rules);
}

/** The expressions of alerts. */
export function expressionsOfRules(where: string, yaml: string): Expression[] {
  return alertsIn(yaml).map(({ alert, expr, annotations = {} }) => ({
    where: `${where}: ${alert}`,
    expr,
    labels: Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label)),
  }));
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
}

/** The expressions of a dashboard. */
export function expressionsOfDashboard(where: string, json: string): Expression[] {
  const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(json);
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat = "" }) => ({
      where: `${where}: ${title}`,
      expr,
      labels: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label),
    }))
  );
}

/** What an expression names that there is not, one line each. */
export function unknownIn({ where, expr, labels }: Expression, families: readonly AnyFamily[]): string[] {
  const problems: string[] = [];
  const known = new Set(ADDED);
  let selectors = 0;
  for (const [, name = "", matchers = ""] of expr.matchAll(/\b(xz_\w+|up)\b(?:\s*\{([^}]*)\})?/g)) {
    selectors++;
    if (name === "up") continue;
    const family = familyOf(name, families);
    if (family === undefined) {
      problems.push(`${where}: there is no metric ${name}`);
      continue;
    }
    for (const label of family.labels) known.add(label.name);
    problems.push(...wrongMatchers(family, matchers).map((problem) => `${where}: ${problem}`));
  }
  if (selectors === 0) problems.push(`${where}: expected a metric in ${expr}`);
  const grouped = [...expr.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(","));
  for (const label of [...grouped.map((text) => text.trim()).filter((text) => text !== ""), ...labels]) {
    if (!known.has(label)) problems.push(`${where}: its metrics have no label ${label}`);
  }
  return problems;
}

function familyOf(name: string, families: readonly AnyFamily[]): AnyFamily | undefined {
  return families.find((family) =>
    family.type === "histogram" ? PARTS.test(name) && family.name === name.replace(PARTS, "") : family.name === name
  );
}

function wrongMatchers(family: AnyFamily, matchers: string): string[] {
  const problems: string[] = [];
  for (const [, label = "", operator = "", text = ""] of matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)) {
    if (ADDED.includes(label)) continue;
    const set = family.labels.find(({ name }) => name === label);
    if (set === undefined) {
      problems.push(`${family.name} has no label ${label}`);
      continue;
    }
    const values = Array.from({ length: set.size }, (_, index) => set.at(index));
    // A set that is filled as the program runs has no values yet.
    if (values[1] === OTHER || text.startsWith("$")) continue;
    for (const value of operator.endsWith("~") ? text.split("|") : [text]) {
      if (!values.includes(value)) problems.push(`${label} of ${family.name} is never ${value}`);
    }
  }
  return problems;
}

/** Checks the files of the project in the working directory. */
export async function checkOps(): Promise<string[]> {
  const { families } = createInstruments().registry;
  const expressions = expressionsOfRules(RULES, await Deno.readTextFile(RULES));
  for await (const { name } of Deno.readDir(DASHBOARDS)) {
    const path = `${DASHBOARDS}/${name}`;
    expressions.push(...expressionsOfDashboard(path, await Deno.readTextFile(path)));
  }
  return expressions.flatMap((expression) => unknownIn(expression, families));
}

if (import.meta.main) {
  const problems = await checkOps();
  for (const problem of problems) printError(`${problem}\n`);
  if (problems.length === 0) print("Rules and dashboards ask for nothing that is not there\n");
  else Deno.exitCode = 1;
}
