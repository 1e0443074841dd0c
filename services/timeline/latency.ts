/**
 * What is usual: the stages of many turns as P50 and P95. Pure.
 *
 * @module
 */

import { type StageName, timeline, type TimelineSource } from "./timeline.ts";

/** How a length of time is spread; milliseconds. */
export interface Spread {
  /** Turns in which it is known. With fewer than 20 of them, P95 is the longest. */
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What is usual for some turns. What none of them has is absent. */
export interface Latency {
  /** Turns that were looked at. */
  readonly turns: number;
  /** From the end of speech, or the start of the turn, to the first frame. */
  readonly response?: Spread;
  /** From the same instant to the first sound. */
  readonly audible?: Spread;
  readonly stages: Readonly<Partial<Record<StageName, Spread>>>;
}

/** The usual lengths of the stages of `turns`. */
export function latencyOf(turns: readonly TimelineSource[]): Latency {
  const response: number[] = [];
  const audible: number[] = [];
  const stages = new Map<StageName, number[]>();
  for (const turn of turns) {
    const { responseMs, audibleMs, stages: own } = timeline(turn);
    if (responseMs !== undefined) response.push(responseMs);
    if (audibleMs !== undefined) audible.push(audibleMs);
    for (const { name, durationMs } of own) {
      const all = stages.get(name) ?? [];
      all.push(durationMs);
      stages.set(name, all);
    }
  }
  return {
    turns: turns.length,
    ...(response.length === 0 ? {} : { response: spread(response) }),
    ...(audible.length === 0 ? {} : { audible: spread(audible) }),
    stages: Object.fromEntries([...stages].map(([name, values]) => [name, spread(values)])),
  };
}

/** The spread of at least one value. Each rank is one that was measured (nearest rank): nothing is made up between two. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95) };
}
