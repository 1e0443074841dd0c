/**
 * How fast the error budget is used up: a budget that burns evenly lasts for its 30 days. Two windows each, as the SRE workbook has it
 * (sre.google/workbook/alerting-on-slos): the long one says that it matters, the short one that it still goes on.
 *
 * @module
 */

import { EVERYTHING, type RuleId, type Severity } from "../alert.ts";
import { type AlertRule, one } from "../rule.ts";
import { CounterWindow } from "../window.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The share of turns that may fail, as long as 99.9 % is the aim. */
export const ERROR_BUDGET = 0.001;

/** With fewer turns in the short window a single failure would burn the budget of a month. */
const MIN_EVENTS = 20;

/** Kept small: the windows are the wait. */
const FOR_MS = 30_000;

interface Burn {
  readonly id: RuleId;
  readonly severity: Severity;
  /** How many times faster than evenly. */
  readonly rate: number;
  readonly longMs: number;
  readonly shortMs: number;
}

const BURNS: readonly Burn[] = [
  // 2 % of the budget of 30 days in an hour.
  { id: "budget_burn_fast", severity: "critical", rate: 14.4, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  // 5 % of it in six hours.
  { id: "budget_burn_slow", severity: "warning", rate: 6, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
];

/** Rules over the error budget. */
export function budgetRules(): AlertRule[] {
  return BURNS.map(({ id, severity, rate: limit, longMs, shortMs }) => {
    const window = new CounterWindow(longMs);
    return {
      id,
      severity,
      forMs: FOR_MS,
      assess({ turns }, now) {
        if (turns === undefined) return undefined;
        window.add(now, [turns.total, turns.failed]);
        const short = window.growth(now, shortMs);
        const [total = 0] = short.by;
        const value = Math.min(burnRate(short.by), burnRate(window.growth(now, longMs).by));
        if (total >= MIN_EVENTS && value > limit) return one({ subject: EVERYTHING, value, limit }, true);
        return short.coveredMs >= shortMs ? { findings: [] } : undefined;
      },
    };
  });
}

function burnRate([total = 0, failed = 0]: readonly number[]): number {
  return total === 0 ? 0 : failed / total / ERROR_BUDGET;
}
