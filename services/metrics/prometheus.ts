/**
 * The text in which Prometheus reads metrics, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 *
 * @module
 */

import type { Labels } from "./family.ts";
import type { AnyFamily, Registry } from "./registry.ts";

/** Media type of the text. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All metrics as text. */
export async function prometheusText(registry: Registry): Promise<string> {
  await registry.collect();
  return registry.families.map(familyText).join("");
}

function familyText(family: AnyFamily): string {
  const { name, type, help, labels } = family;
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
  if (family.type === "histogram") {
    const ends = [...family.buckets.map(numberText), "+Inf"];
    for (const { labels: values, counts, sum } of family.samples()) {
      ends.forEach((end, index) => lines.push(`${name}_bucket${labelText(labels, values, `le="${end}"`)} ${counts[index]}`));
      lines.push(
        `${name}_sum${labelText(labels, values)} ${numberText(sum)}`,
        `${name}_count${labelText(labels, values)} ${counts.at(-1)}`,
      );
    }
  } else {
    for (const { labels: values, value } of family.samples()) lines.push(`${name}${labelText(labels, values)} ${numberText(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Labels, values: readonly string[], more?: string): string {
  const pairs = labels.map(({ name }, index) => `${name}="${escapeValue(values[index] ?? "")}"`);
  if (more !== undefined) pairs.push(more);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
