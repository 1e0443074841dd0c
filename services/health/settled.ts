/**
 * Hysteresis: one failure is no outage, and one success is no recovery.
 *
 * @module
 */

import { messageOf } from "../../base/errors.ts";
import { type CheckStatus, type HealthCheck, type Reading, SEVERITY, worst } from "./check.ts";

/** How patient it is. */
export interface Patience {
  /** Worse readings in a row before it counts as worse. */
  readonly failAfter: number;
  /** Better readings in a row before it counts as better. */
  readonly passAfter: number;
}

/** A reading and what is made of it. */
export interface SettledReading {
  /** The latest. */
  readonly reading: Reading;
  /** What counts. */
  readonly status: CheckStatus;
  /** Readings in a row that were worse than what counts, or better: below 0. */
  readonly streak: number;
  /** Why it counts as it does, where it is not well. */
  readonly output?: string;
}

/** A check with all that is known of it. */
export interface SettledCheck {
  readonly id: string;
  readonly service: string;
  readonly required: boolean;
  readonly status: CheckStatus;
  /** Since when it counts so, Unix milliseconds. */
  readonly since: number;
  /** By component and measurement. */
  readonly readings: readonly SettledReading[];
  /** When it was last asked, Unix milliseconds. */
  readonly at: number;
  /** How long the answer took, milliseconds. */
  readonly tookMs: number;
}

/** What came of asking a check. */
export type Outcome = {
  /** When it was over, Unix milliseconds. */
  readonly at: number;
  readonly tookMs: number;
} & ({ readonly readings: readonly Reading[] } | { readonly error: unknown });

/** Puts the outcome to what was known before. The first outcome counts at once: there is nothing to compare it with. */
export function settled(
  check: Pick<HealthCheck, "id" | "service" | "required">,
  before: SettledCheck | undefined,
  outcome: Outcome,
  patience: Patience,
): SettledCheck {
  const { id, service, required } = check;
  const readings = readingsOf(id, before, outcome).map((reading) => {
    const known = before?.readings.find((each) => isSame(each.reading, reading));
    return settledReading(known, reading, patience);
  });
  const { at, tookMs } = outcome;
  const status = worst(readings.map((each) => each.status));
  return { id, service, required, status, since: before?.status === status ? before.since : at, readings, at, tookMs };
}

function settledReading(before: SettledReading | undefined, reading: Reading, { failAfter, passAfter }: Patience): SettledReading {
  const settle = (status: CheckStatus, streak: number, output = reading.output): SettledReading => ({
    reading,
    status,
    streak,
    ...(status === "pass" || output === undefined ? {} : { output }),
  });
  if (before === undefined || reading.status === before.status) return settle(reading.status, 0);
  const isWorse = SEVERITY[reading.status] > SEVERITY[before.status];
  const streak = isWorse ? Math.max(0, before.streak) + 1 : Math.min(0, before.streak) - 1;
  if (streak >= failAfter || -streak >= passAfter) return settle(reading.status, 0);
  return settle(before.status, streak, before.output);
}

/** What was seen; after a failure, that all that was seen before fails now. */
function readingsOf(id: string, before: SettledCheck | undefined, outcome: Outcome): readonly Reading[] {
  if ("readings" in outcome) return outcome.readings;
  const failure = { status: "fail", output: messageOf(outcome.error) } as const;
  const known = before?.readings ?? [];
  if (known.length === 0) return [{ component: id, measurement: "responseTime", type: "component", ...failure }];
  return known.map(({ reading: { component, measurement, type } }) => ({ component, measurement, type, ...failure }));
}

function isSame(a: Reading, b: Reading): boolean {
  return a.component === b.component && a.measurement === b.measurement;
}
