/**
 * The process as a whole: its supervision tree, from the start to the drain.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { AnyChildSpec, SupervisorEvent } from "../supervision/child_spec.ts";
import { RestartLog } from "../supervision/restart_log.ts";
import type { SupervisorSnapshot } from "../supervision/snapshot.ts";
import { Supervisor } from "../supervision/supervisor.ts";
import { drain, type DrainParts, type DrainReport } from "./drain.ts";
import { PLATFORM_SETTINGS } from "./tree.ts";

/** What a platform needs. */
export interface PlatformOptions extends Pick<DrainParts, "devices" | "flushOutbox"> {
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  readonly logger: Logger;
}

/** The top of the tree. */
export class Platform {
  /** All failures of the tree. */
  readonly log = new RestartLog();
  readonly #options: PlatformOptions;
  readonly #top: Supervisor;
  #draining = false;
  #isUp = false;

  constructor(options: PlatformOptions) {
    this.#options = options;
    const { clock, random, logger } = options;
    this.#top = new Supervisor({
      ...PLATFORM_SETTINGS,
      id: "platform",
      clock,
      random,
      log: this.log,
      onEvent: (event) => report(event, logger, this.#isUp),
    });
  }

  /** Whether the process is about to end: it is not ready, and takes no new device. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether everything was up once. */
  get started(): boolean {
    return this.#isUp;
  }

  /** Whether the tree stands, or is being stopped in order: false when it gave up. */
  get live(): boolean {
    return this.#top.tree().state !== "failed";
  }

  /** Resolves when the tree was stopped; rejects with a `SupervisionError` when it gave up, everything being stopped by then. */
  get finished(): Promise<void> {
    return this.#top.finished;
  }

  /**
   * Starts everything in order; resolves when all but the optional is up.
   *
   * @throws SupervisionError when it cannot be had; `rootCause` says why.
   */
  async start(children: readonly AnyChildSpec[]): Promise<void> {
    await this.#top.startAll(children);
    this.#isUp = true;
  }

  /** The tree as it is now. */
  tree(): SupervisorSnapshot {
    return this.#top.tree();
  }

  /** Ends everything in good order within `deadlineMs`. The report is logged as well. */
  async drain(deadlineMs: number): Promise<DrainReport> {
    this.#draining = true;
    const { clock, logger, devices, flushOutbox } = this.#options;
    const found = await drain({
      clock,
      devices,
      ...(flushOutbox === undefined ? {} : { flushOutbox }),
      shutdown: () => this.#top.shutdown(),
    }, deadlineMs);
    if (found.cut > 0) logger.warn("{cut} of {devices} devices were cut off in the middle of a sentence", { ...found });
    if (found.lost > 0) logger.error("The last turns of {lost} devices could not be kept in time", { ...found });
    if (!found.inTime) logger.error("Not everything had stopped after {deadlineMs} ms: {left}", { deadlineMs, left: stillUp(this.tree()) });
    return found;
  }
}

function report(event: SupervisorEvent, logger: Logger, isUp: boolean): void {
  const { id } = event;
  const reason = "reason" in event && event.reason !== undefined ? messageOf(event.reason) : "it ended by itself";
  switch (event.type) {
    case "up":
    case "down":
      return logger.debug("{id} is {state}", { id, state: event.type });
    case "restart":
      return logger.error("{id} failed and is started again in {delayMs} ms: {reason}", { id, delayMs: Math.round(event.delayMs), reason });
    case "abandoned":
      return logger.error("{id} did not stop in order within {limitMs} ms", { id, limitMs: event.limitMs, reason });
    case "escalate":
      // At the start whoever started it tells the person, in one line.
      return logger[isUp ? "error" : "debug"]("{id} is given up, and what relies on it stopped: {reason}", { id, reason });
  }
}

function stillUp({ children }: SupervisorSnapshot): string {
  return children.filter(({ state }) => state !== "down").map(({ id, state }) => `${id} ${state}`).join(", ");
}
