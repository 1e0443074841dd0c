/**
 * Rules over how much counters grew lately.
 *
 * @module
 */

import { EVERYTHING, type Finding } from "../alert.ts";
import { type AlertRule, type Assessment, one } from "../rule.ts";
import type { Thresholds } from "../thresholds.ts";
import { quantile } from "../quantile.ts";
import { CounterWindow, type Growth } from "../window.ts";

/** Span of shares and durations, milliseconds: long enough for a small fleet to have had some turns. */
const SPAN_MS = 5 * 60_000;
/** Span in which crashes are counted, milliseconds. */
const CRASH_SPAN_MS = 10 * 60_000;
/** With fewer turns or calls a share says nothing: one failure of nineteen is above 5 %. */
const MIN_EVENTS = 20;
/** A share already spans minutes. */
const SHARE_FOR_MS = 60_000;
/** The part of answers that the time to the first frame is asked of. */
const QUANTILE = 0.95;

/** Rules over failures and durations. */
export function rateRules(thresholds: Thresholds): AlertRule[] {
  return [turnErrors(thresholds), providerErrors(thresholds), slowResponses(thresholds), crashes(thresholds)];
}

function turnErrors({ turnErrorPercent: limit }: Thresholds): AlertRule {
  const window = new CounterWindow(SPAN_MS);
  return {
    id: "turn_errors",
    severity: "critical",
    forMs: SHARE_FOR_MS,
    assess({ turns }, now) {
      if (turns === undefined) return undefined;
      window.add(now, [turns.total, turns.failed]);
      return share(EVERYTHING, window.growth(now, SPAN_MS), limit);
    },
  };
}

function providerErrors({ providerErrorPercent: limit }: Thresholds): AlertRule {
  const windows = new Map<string, CounterWindow>();
  return {
    id: "provider_errors",
    severity: "warning",
    forMs: SHARE_FOR_MS,
    assess({ providers }, now) {
      if (providers === undefined) return undefined;
      return together(providers.map(({ kind, provider, total, failed }) => {
        const subject = `${kind} ${provider}`;
        const window = windowOf(windows, subject, SPAN_MS);
        window.add(now, [total, failed]);
        return share(subject, window.growth(now, SPAN_MS), limit);
      }));
    },
  };
}

function slowResponses({ responseSeconds: limit }: Thresholds): AlertRule {
  const window = new CounterWindow(SPAN_MS);
  return {
    id: "slow_responses",
    severity: "warning",
    forMs: SHARE_FOR_MS,
    assess({ responses }, now) {
      if (responses === undefined) return undefined;
      window.add(now, responses.counts);
      const { by, coveredMs } = window.growth(now, SPAN_MS);
      if ((by.at(-1) ?? 0) < MIN_EVENTS) return settled([], EVERYTHING, coveredMs, SPAN_MS);
      const value = quantile(QUANTILE, responses.buckets, by);
      return value > limit ? one({ subject: EVERYTHING, value, limit }, true) : settled([], EVERYTHING, coveredMs, SPAN_MS);
    },
  };
}

function crashes({ crashes: limit }: Thresholds): AlertRule {
  const windows = new Map<string, CounterWindow>();
  return {
    id: "crashes",
    severity: "critical",
    // The span is the wait.
    forMs: 0,
    assess({ crashes }, now) {
      if (crashes === undefined) return undefined;
      return together(crashes.map(({ path, count }) => {
        const window = windowOf(windows, path, CRASH_SPAN_MS);
        window.add(now, [count]);
        const { by: [value = 0], coveredMs } = window.growth(now, CRASH_SPAN_MS);
        return settled(value > limit ? [{ subject: path, value, limit }] : [], path, coveredMs, CRASH_SPAN_MS);
      }));
    },
  };
}

function share(subject: string, { by: [total = 0, failed = 0], coveredMs }: Growth, limit: number): Assessment {
  const value = total === 0 ? 0 : failed / total * 100;
  return settled(total >= MIN_EVENTS && value > limit ? [{ subject, value, limit }] : [], subject, coveredMs, SPAN_MS);
}

/** That all is well can be said only of a whole span: else every restart would resolve what goes on. */
function settled(findings: readonly Finding[], subject: string, coveredMs: number, spanMs: number): Assessment {
  return findings.length > 0 || coveredMs >= spanMs ? { findings } : { findings, unknown: new Set([subject]) };
}

function together(assessments: readonly Assessment[]): Assessment {
  return {
    findings: assessments.flatMap(({ findings }) => findings),
    unknown: new Set(assessments.flatMap(({ unknown }) => [...unknown ?? []])),
  };
}

function windowOf(windows: Map<string, CounterWindow>, key: string, spanMs: number): CounterWindow {
  let window = windows.get(key);
  if (window === undefined) windows.set(key, window = new CounterWindow(spanMs));
  return window;
}
