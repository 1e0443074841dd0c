/**
 * The alerts of a process: when one is raised, when it is over, what is remembered. Pure: it is told the time.
 *
 * @module
 */

import type { Acknowledgement, Alert, Finding, Notice, RuleId } from "./alert.ts";
import type { Readings } from "./readings.ts";
import type { AlertRule, Assessment } from "./rule.ts";

/** How long all must be well before an alert is over, milliseconds. */
export const CLEAR_MS = 60_000;

/** An alert that comes back within this time after it was over flaps, milliseconds. */
export const FLAP_WINDOW_MS = 30 * 60_000;

/** However much it flaps, an alert is over when all was well for this long, milliseconds. */
export const MAX_CLEAR_MS = 30 * 60_000;

/** What could not be read for so long is not claimed any more, milliseconds; longer than any window that is filled again after a start. */
export const STALE_MS = 60 * 60_000;

/** Subjects of one rule; what is wrong beyond them shares {@link OTHER}. */
export const MAX_SUBJECTS = 20;

/** Subject of what is wrong with more subjects than are told apart. */
export const OTHER = "other";

/** Alerts that are over and still remembered. */
export const MAX_RECENT = 200;

/** A moment. */
export interface Moment {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Unix milliseconds. */
  readonly wall: number;
}

/** What a book needs. */
export interface BookOptions {
  readonly rules: readonly AlertRule[];
  /** Makes the id of an alert. */
  readonly newId: () => string;
  /** What an earlier process knew, in any order. */
  readonly alerts?: readonly Alert[];
}

/** What is going on with one subject of a rule. */
interface Watch {
  /** When it became wrong; absent while all is well. */
  wrongSince?: number;
  /** When it became well again. */
  wellSince?: number;
  /** Since when nothing is known. */
  unknownSince?: number;
  alert?: Alert;
}

/** Raises and resolves alerts. */
export class AlertBook {
  readonly #rules: readonly AlertRule[];
  readonly #newId: () => string;
  /** By rule, then by subject. */
  readonly #watches: Map<string, Map<string, Watch>>;
  /** Over, the oldest first. */
  readonly #over: Alert[];

  constructor({ rules, newId, alerts = [] }: BookOptions) {
    this.#rules = rules;
    this.#newId = newId;
    this.#watches = new Map(rules.map(({ id }) => [id, new Map()]));
    this.#over = alerts.filter(({ resolvedAt }) => resolvedAt !== undefined).sort((a, b) => a.resolvedAt! - b.resolvedAt!);
    for (const alert of alerts) {
      if (alert.resolvedAt === undefined) this.#watches.get(alert.rule)?.set(alert.subject, { alert });
    }
  }

  /** Alerts that are not over, the newest first. */
  active(): Alert[] {
    return [...this.#everyWatch()].flatMap(({ alert }) => alert ?? []).sort((a, b) => b.raisedAt - a.raisedAt);
  }

  /** Alerts that are over, the latest first. */
  recent(): Alert[] {
    return this.#over.toReversed();
  }

  /** Takes readings, and tells what is new. A rule that throws knows nothing of this moment, and the others go on. */
  take(readings: Readings, moment: Moment, onBroken?: (rule: RuleId, error: unknown) => void): Notice[] {
    return this.#rules.flatMap((rule) => {
      let assessment: Assessment | undefined;
      try {
        assessment = rule.assess(readings, moment.now);
      } catch (error) {
        onBroken?.(rule.id, error);
      }
      return this.#note(rule, assessment, moment);
    });
  }

  /** Notes that somebody has seen an alert; undefined where there is no such one. */
  acknowledge(id: string, acknowledged: Acknowledgement): Alert | undefined {
    for (const watch of this.#everyWatch()) {
      if (watch.alert?.id === id) return watch.alert = { ...watch.alert, acknowledged };
    }
    const index = this.#over.findIndex((alert) => alert.id === id);
    if (index < 0) return undefined;
    return this.#over[index] = { ...this.#over[index]!, acknowledged };
  }

  #note(rule: AlertRule, assessment: Assessment | undefined, moment: Moment): Notice[] {
    const watches = this.#watches.get(rule.id)!;
    const wrong = new Map<string, Finding>();
    for (const finding of assessment?.findings ?? []) {
      const fits = watches.has(finding.subject) || watches.size + wrong.size < MAX_SUBJECTS;
      const subject = fits ? finding.subject : OTHER;
      wrong.set(subject, { ...finding, subject });
    }
    const notices: Notice[] = [];
    for (const subject of new Set([...watches.keys(), ...wrong.keys()])) {
      const finding = wrong.get(subject);
      const watch = watches.get(subject) ?? {};
      watches.set(subject, watch);
      if (finding !== undefined) notices.push(...this.#wrong(rule, watch, finding, moment));
      else if (assessment === undefined || assessment.unknown?.has(subject) === true) notices.push(...this.#unknown(watch, moment));
      else notices.push(...this.#well(watch, moment));
      if (watch.alert === undefined && watch.wrongSince === undefined) watches.delete(subject);
    }
    return notices;
  }

  #wrong(rule: AlertRule, watch: Watch, finding: Finding, { now, wall }: Moment): Notice[] {
    delete watch.unknownSince;
    delete watch.wellSince;
    watch.wrongSince ??= now;
    if (watch.alert !== undefined) {
      watch.alert = { ...watch.alert, ...finding };
      return [];
    }
    const lastedMs = now - watch.wrongSince;
    if (lastedMs < rule.forMs) return [];
    const { id, severity } = rule;
    watch.alert = { ...finding, id: this.#newId(), rule: id, severity, since: Math.round(wall - lastedMs), raisedAt: wall };
    return [{ type: "raised", alert: watch.alert }];
  }

  #well(watch: Watch, moment: Moment): Notice[] {
    delete watch.unknownSince;
    delete watch.wrongSince;
    watch.wellSince ??= moment.now;
    if (watch.alert === undefined || moment.now - watch.wellSince < this.#clearMs(watch.alert)) return [];
    return [this.#resolve(watch, watch.alert, moment)];
  }

  #unknown(watch: Watch, moment: Moment): Notice[] {
    watch.unknownSince ??= moment.now;
    if (moment.now - watch.unknownSince < STALE_MS) return [];
    delete watch.wrongSince;
    return watch.alert === undefined ? [] : [this.#resolve(watch, watch.alert, moment)];
  }

  #resolve(watch: Watch, alert: Alert, { wall }: Moment): Notice {
    delete watch.alert;
    const over = { ...alert, resolvedAt: wall };
    this.#over.push(over);
    if (this.#over.length > MAX_RECENT) this.#over.shift();
    return { type: "resolved", alert: over };
  }

  /** Each time that an alert comes back soon after it was over, it must be well for twice as long. */
  #clearMs({ rule, subject, raisedAt }: Alert): number {
    let clearMs = CLEAR_MS;
    let next = raisedAt;
    for (const before of this.#over.filter((each) => each.rule === rule && each.subject === subject).toReversed()) {
      if (next - before.resolvedAt! >= FLAP_WINDOW_MS) break;
      clearMs *= 2;
      next = before.raisedAt;
    }
    return Math.min(clearMs, MAX_CLEAR_MS);
  }

  *#everyWatch(): Iterable<Watch> {
    for (const watches of this.#watches.values()) yield* watches.values();
  }
}
