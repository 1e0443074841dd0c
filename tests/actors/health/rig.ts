/**
 * The health actor over checks that a test holds in its hands.
 *
 * @module
 */

import { Health, type HealthOptions } from "../../../actors/health/health.ts";
import type { HealthTuning } from "../../../actors/health/events.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import type { CheckStatus, HealthCheck, Reading } from "../../../services/health/check.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** How often is asked in these tests. */
export const TUNING: HealthTuning = { intervalMs: 1000, timeoutMs: 500, failAfter: 2, passAfter: 2 };

/** Something that is asked, and answers as the test says. */
export class Patient implements HealthCheck {
  readonly id: string;
  readonly service: string;
  readonly required: boolean;
  /** Between two askings, milliseconds. */
  intervalMs?: number;
  /** What it answers; `hang` never does, and `throw` throws. */
  answer: CheckStatus | "hang" | "throw" = "pass";
  /** When it was asked, milliseconds of the clock. */
  readonly asked: number[] = [];
  /** Questions that are not answered yet. */
  open = 0;
  /** Most questions at once. */
  most = 0;
  readonly #clock: VirtualClock;
  #hanging = () => {};

  constructor(clock: VirtualClock, id: string, required = false) {
    this.#clock = clock;
    this.id = this.service = id;
    this.required = required;
  }

  /** Is well again, and answers what it was asked. */
  recover(): void {
    this.answer = "pass";
    this.#hanging();
  }

  async run(): Promise<readonly Reading[]> {
    this.asked.push(this.#clock.now());
    this.most = Math.max(this.most, ++this.open);
    if (this.answer === "hang") await new Promise<void>((resolve) => this.#hanging = resolve);
    this.open--;
    if (this.answer === "throw" || this.answer === "hang") throw new Error(`${this.id} is gone`);
    const why = this.answer === "pass" ? {} : { output: `${this.id} says ${this.answer}` };
    return [{ component: this.id, measurement: "responseTime", type: "component", status: this.answer, ...why }];
  }
}

/** What a test holds in its hands. */
export interface HealthRig extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly log: CapturedLogger;
  readonly patients: Readonly<Record<string, Patient>>;
  readonly health: Health;
  readonly supervisor: Supervisor;
}

/** Health of some patients, by id and whether they are required, under a supervisor on a virtual clock. */
export function rig(names: Readonly<Record<string, boolean>>, options: Partial<HealthOptions> = {}): HealthRig {
  const clock = new VirtualClock();
  const log = captureLogger();
  const patients = Object.fromEntries(Object.entries(names).map(([id, required]) => [id, new Patient(clock, id, required)]));
  let chance = 0;
  const health = new Health({
    checks: Object.values(patients),
    tuning: TUNING,
    clock,
    // Spread evenly, so that two checks never have the same.
    random: { next: () => chance = (chance + 0.37) % 1 },
    logger: log.logger,
    ...options,
  });
  const supervisor = new Supervisor({ clock });
  return {
    clock,
    log,
    patients,
    health,
    supervisor,
    async [Symbol.asyncDispose]() {
      await supervisor.shutdown();
      log[Symbol.dispose]();
    },
  };
}
