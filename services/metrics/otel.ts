/**
 * Metrics by OpenTelemetry. Deno registers the provider and exports, where `OTEL_DENO` is true; else nothing is attached and nothing costs.
 *
 * @module
 */

import { type Attributes, createNoopMeter, type Meter, metrics, type Observable } from "@opentelemetry/api";
import type { Family } from "./family.ts";
import type { SingleValue } from "./counter.ts";
import type { AnyFamily, Registry } from "./registry.ts";

/** Name of the instrumentation. */
const SCOPE = "xiaozhi";

/** Whether Deno collects metrics and traces. */
export function otelIsOn(): boolean {
  return metrics.getMeter(SCOPE) !== createNoopMeter();
}

/**
 * Hands all metrics on: what is counted as it is counted, what is read when it is collected. Counters and histograms cannot be observed
 * later, because what happens between the last collection and the end would be lost.
 *
 * @returns Whether anybody collects.
 */
export function exportByOtel(registry: Registry, version: string, meter: Meter = metrics.getMeter(SCOPE, version)): boolean {
  if (meter === createNoopMeter()) return false;
  const observed: { readonly family: SingleValue; readonly by: Observable }[] = [];
  for (const family of registry.families) {
    const by = attach(family, meter);
    if (by !== undefined && family.type !== "histogram") observed.push({ family, by });
  }
  meter.addBatchObservableCallback(async (result) => {
    if (!registry.isOn()) return;
    await registry.collect();
    for (const { family, by } of observed) {
      for (const { labels, value } of family.samples()) result.observe(by, value, named(family, labels));
    }
  }, observed.map(({ by }) => by));
  return true;
}

/** What has to be observed of a metric when it is collected; nothing where it tells by itself. */
function attach(family: AnyFamily, meter: Meter): Observable | undefined {
  const { name, help: description } = family;
  const options = { description, unit: unitOf(name) };
  const attributes: Attributes[] = [];
  const of = (series: number) => attributes[series] ??= named(family, family.valuesOf(series));
  if (family.type === "histogram") {
    // The default boundaries are meant for milliseconds.
    const instrument = meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...family.buckets] } });
    family.listen((series, value) => instrument.record(value, of(series)));
  } else if (family.type === "gauge") {
    return meter.createObservableGauge(name, options);
  } else if (family.isRead) {
    return meter.createObservableCounter(name, options);
  } else {
    const instrument = meter.createCounter(name, options);
    family.listen((series, value) => instrument.add(value, of(series)));
  }
  return undefined;
}

function named(family: Family, values: readonly string[]): Attributes {
  return Object.fromEntries(family.labels.map(({ name }, index) => [name, values[index] ?? ""]));
}

function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return "s";
  return /_bytes(_total)?$/.test(name) ? "By" : "1";
}
