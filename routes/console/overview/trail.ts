/**
 * The last hour, a mark a minute: what the process counts since its start, so that rates and percentiles of an hour can be told without a
 * store of metrics. 61 marks of a few hundred bytes, whatever happens.
 *
 * @module
 */

import type { Clock, TimerId } from "../../../base/clock.ts";
import { quantile } from "../../../services/alerts/quantile.ts";
import type { Instruments } from "../../../services/metrics/instruments.ts";
import type { ProviderState, ResponseState, TrailPoints } from "./types.ts";

/** Between two looks, milliseconds: the worst delay of the event loop is known for the last 10 s. */
export const LOOK_MS = 10_000;
const MINUTE_MS = 60_000;
/** Marks that are kept: an hour, and the minute that has begun. */
const MARKS = 61;
const MIB = 1024 * 1024;

/** The stage that a person waits for a provider in, by what the provider does. */
const WAITED_IN: Readonly<Record<string, string>> = { recognize: "asr_final", chat: "llm_ttft", synthesize: "tts_ttfb" };

const BREAKERS = ["closed", "half_open", "open"] as const;

/** What the trail reads. */
export interface TrailSources {
  readonly clock: Clock;
  /** Absent where nothing is counted. */
  readonly instruments?: Pick<Instruments, "turnStage" | "turnResponse" | "providerRequests" | "providerBreaker">;
  /** Turns since the start, and those that failed by the server. */
  readonly turns: () => { readonly total: number; readonly failed: number };
  readonly connected: () => number;
  readonly loopDelayMs: () => number;
  readonly rssBytes: () => number;
}

/** Counts since the start, at one moment; figures of the moment are the largest of their minute. */
interface Mark {
  readonly minute: number;
  readonly devices: number;
  readonly loopDelayMs: number;
  readonly rssBytes: number;
  readonly turns: number;
  readonly failed: number;
  /** By name of a count: calls of providers, and cumulative buckets of durations. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
}

/** Keeps the last hour until it is disposed of. */
export class Trail implements Disposable {
  readonly #sources: TrailSources;
  readonly #marks: Mark[] = [];
  /** What was counted before the oldest mark. */
  #before: Mark;
  #timer: TimerId | undefined;

  constructor(sources: TrailSources) {
    this.#sources = sources;
    this.#before = this.#mark();
    this.look();
    this.#arm();
  }

  /** Takes in what is counted now. */
  look(): void {
    const now = this.#mark();
    const last = this.#marks.at(-1);
    if (last?.minute !== now.minute) {
      this.#marks.push(now);
      if (this.#marks.length > MARKS) this.#before = this.#marks.shift()!;
      return;
    }
    this.#marks[this.#marks.length - 1] = {
      ...now,
      devices: Math.max(last.devices, now.devices),
      loopDelayMs: Math.max(last.loopDelayMs, now.loopDelayMs),
      rssBytes: Math.max(last.rssBytes, now.rssBytes),
    };
  }

  /** A point a minute. */
  points(): TrailPoints {
    const marks = this.#marks;
    const grown = (of: (mark: Mark) => number) =>
      marks.map((mark, index) => Math.max(0, of(mark) - of(index === 0 ? this.#before : marks[index - 1]!)));
    return {
      devices: marks.map(({ devices }) => devices),
      turns: grown(({ turns }) => turns),
      failed: grown(({ failed }) => failed),
      loopDelayMs: marks.map(({ loopDelayMs }) => Math.round(loopDelayMs)),
      rssMib: marks.map(({ rssBytes }) => Math.round(rssBytes / MIB)),
    };
  }

  /** The providers that were ever called, or have a breaker that moved, with their last hour. */
  providers(): ProviderState[] {
    const { instruments } = this.#sources;
    if (instruments === undefined) return [];
    const breakers = new Map(instruments.providerBreaker.samples().map(({ labels, value }) => [key("calls", labels), value]));
    const names = new Set([...this.#names("calls"), ...breakers.keys()]);
    return [...names].map((name) => {
      const [, kind = "", provider = ""] = name.split(" ");
      const [served = 0, failed = 0] = this.#growth(name);
      const waited = WAITED_IN[kind];
      const spread = waited === undefined
        ? undefined
        : spreadOf(instruments.turnStage.buckets, this.#growth(`stage ${waited} ${provider}`));
      return {
        kind,
        provider,
        breaker: BREAKERS[breakers.get(name) ?? 0] ?? "closed",
        served,
        failed,
        ...(spread === undefined ? {} : { p50Ms: spread.p50Ms, p95Ms: spread.p95Ms }),
      };
    });
  }

  /** From the end of speech to the first frame, in the last hour; undefined where nobody was answered. */
  responses(): ResponseState | undefined {
    const { instruments } = this.#sources;
    return instruments === undefined ? undefined : spreadOf(instruments.turnResponse.buckets, this.#growth("response"));
  }

  [Symbol.dispose](): void {
    if (this.#timer !== undefined) this.#sources.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#sources.clock.setTimeout(() => {
      this.look();
      this.#arm();
    }, LOOK_MS);
  }

  #names(kind: string): string[] {
    return [...this.#marks.at(-1)?.counts.keys() ?? []].filter((name) => name.startsWith(`${kind} `));
  }

  #growth(name: string): number[] {
    const before = this.#before.counts.get(name) ?? [];
    return (this.#marks.at(-1)?.counts.get(name) ?? []).map((count, index) => count - (before[index] ?? 0));
  }

  #mark(): Mark {
    const { clock, instruments, turns, connected, loopDelayMs, rssBytes } = this.#sources;
    const { total, failed } = turns();
    return {
      minute: Math.floor(clock.now() / MINUTE_MS),
      devices: connected(),
      loopDelayMs: loopDelayMs(),
      rssBytes: rssBytes(),
      turns: total,
      failed,
      counts: instruments === undefined ? new Map() : countsOf(instruments),
    };
  }
}

function countsOf({ turnStage, turnResponse, providerRequests }: NonNullable<TrailSources["instruments"]>): Mark["counts"] {
  const counts = new Map<string, number[]>();
  for (const { labels, value } of providerRequests.samples()) {
    const name = key("calls", labels);
    const [served = 0, failed = 0] = counts.get(name) ?? [];
    const outcome = labels[2];
    // What was cut off had been counted as served when it began.
    counts.set(name, [
      served + (outcome === "served" ? value : outcome === "cut_off" ? -value : 0),
      failed + (outcome === "failed" || outcome === "cut_off" ? value : 0),
    ]);
  }
  for (const sample of turnStage.samples()) counts.set(key("stage", sample.labels), [...sample.counts]);
  const [responses] = turnResponse.samples();
  if (responses !== undefined) counts.set("response", [...responses.counts]);
  return counts;
}

function key(what: string, [first = "", second = ""]: readonly string[]): string {
  return `${what} ${first} ${second}`;
}

function spreadOf(buckets: readonly number[], counts: readonly number[]): ResponseState | undefined {
  const count = counts.at(-1) ?? 0;
  if (count <= 0) return undefined;
  const ms = (part: number) => Math.round(1000 * quantile(part, buckets, counts));
  return { count, p50Ms: ms(0.5), p95Ms: ms(0.95) };
}
