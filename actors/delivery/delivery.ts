/**
 * The delivery of this process: the actor under its supervisor, and what others need of it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Actor, createActor, type SnapshotFrom } from "xstate";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { Courier } from "../../services/delivery/courier.ts";
import { isPassing } from "../../services/delivery/errors.ts";
import type { DeliveryEvent } from "../../services/delivery/events.ts";
import { DeliveryLedger } from "../../services/delivery/ledger.ts";
import { PRUNE_ROWS } from "../../services/delivery/limits.ts";
import type { HistoryArchive } from "../../services/history/archive.ts";
import type { AudioBudget } from "../../services/history/audio_budget.ts";
import type { Outbox, OutboxLoad } from "../../services/history/outbox.ts";
import type { ChildSpec } from "../supervision/child_spec.ts";
import { observe } from "../supervision/observe.ts";
import { deliveryMachine } from "./machine.ts";
import type { DeliveryPorts } from "./ports.ts";
import type { DeliveryState, DeliveryStatus } from "./status.ts";

const DAY_MS = 86_400_000;

/** What a {@link Delivery} needs. */
export interface DeliveryOptions {
  readonly outbox: Outbox;
  /** Where turns go. Without it the outbox keeps them all for the day on which there is one. */
  readonly remote?: Pick<HistoryArchive, "apply"> | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Days for which delivered turns stay in the local history. */
  readonly localDays: number;
  readonly audioBudget: Pick<AudioBudget, "bytes" | "maxBytes" | "full">;
  /** Hears of everything that a metric can be made of; must not throw. */
  readonly onEvent?: (event: DeliveryEvent) => void;
}

/** Name of the actor among the supervisor's children. */
export const DELIVERY_ID = "delivery";

/** Delivers from the outbox to the archive while its {@link Delivery.spec} is supervised. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #ledger: DeliveryLedger;
  #actor: Actor<typeof deliveryMachine> | undefined;
  #down = false;

  constructor(options: DeliveryOptions) {
    const { outbox, clock, logger, onEvent } = options;
    this.#options = options;
    this.#ledger = new DeliveryLedger({
      clock,
      logger,
      load: () => outbox.outboxLoad(),
      ...(onEvent === undefined ? {} : { onEvent }),
    });
  }

  /** Says that there is something to deliver. Cheap, and harmless when there is nothing. */
  nudge(): void {
    this.#actor?.send({ type: "TURN_COMMITTED" });
  }

  /** Says that the archive is there again: a pause that an outage has left ends at once. */
  reachable(): void {
    this.#actor?.send({ type: "ARCHIVE_REACHABLE" });
  }

  /**
   * How the actor is supervised; undefined without an archive. Each start makes a fresh actor, which this object speaks to from then on.
   */
  get spec(): ChildSpec | undefined {
    const { remote } = this.#options;
    if (remote === undefined) return undefined;
    return { id: DELIVERY_ID, restart: "permanent", create: () => this.#create(remote), onDown: (reason) => this.#wentDown(reason) };
  }

  /**
   * Delivers what can be delivered until `signal` aborts, and nothing any more afterwards. Resolves to how many turns are left.
   *
   * @throws HistoryError when the outbox cannot be read.
   */
  async drain(signal: AbortSignal): Promise<number> {
    const { logger, outbox } = this.#options;
    if (this.#actor !== undefined && !this.#down) await drained(this.#actor, signal);
    const { turns } = await outbox.outboxLoad();
    if (turns > 0) logger.warn("{count} turns are delivered after the next start: they wait in the data directory", { count: turns });
    return turns;
  }

  /** The delivery at a glance. Where the outbox cannot be read, nothing seems to wait, and the last failure says why. */
  async status(): Promise<DeliveryStatus> {
    const { outbox, clock, audioBudget } = this.#options;
    const { turns, sessions, parked, oldestAt } = await outbox.outboxLoad().catch((error): OutboxLoad => {
      this.#ledger.failed(error);
      return { turns: 0, sessions: 0, parked: 0 };
    });
    const { lastError } = this.#ledger;
    return {
      state: this.#state(),
      depth: turns,
      sessions,
      oldestAgeMs: oldestAt === undefined ? 0 : Math.max(0, clock.wall() - oldestAt),
      delivered: this.#ledger.turns,
      parked,
      ...(lastError === undefined ? {} : { lastError }),
      bytesUsed: audioBudget.bytes,
      maxBytes: audioBudget.maxBytes,
      audioRefused: audioBudget.full,
    };
  }

  #state(): DeliveryState {
    if (this.#options.remote === undefined) return "local";
    return this.#down ? "down" : this.#actor?.getSnapshot().value.outbox ?? "down";
  }

  #create(remote: Pick<HistoryArchive, "apply">): Actor<typeof deliveryMachine> {
    const { clock, logger } = this.#options;
    const actor = createActor(deliveryMachine, { clock, input: { ports: this.#ports(remote) } });
    observe(actor, {
      error: (reason) => logger.error("The delivery crashed; nothing is lost: {reason}", { reason: messageOf(reason) }),
    });
    this.#down = false;
    return this.#actor = actor;
  }

  #wentDown(reason: unknown): void {
    this.#down = this.#state() !== "drained";
    if (reason === undefined) return;
    this.#options.logger.error("The delivery crashes again and again and is given up; turns wait: {reason}", {
      reason: messageOf(reason),
    });
  }

  #ports(archive: Pick<HistoryArchive, "apply">): DeliveryPorts {
    const { outbox, clock, random, logger, localDays } = this.#options;
    const courier = new Courier({ outbox, archive, ledger: this.#ledger, clock });
    return {
      deliver: (signal) => courier.deliverNext(signal),
      prune: async () => ({ more: await outbox.pruneDelivered(clock.wall() - localDays * DAY_MS, PRUNE_ROWS) > 0 }),
      isPassing,
      failed: (error) => this.#ledger.failed(error),
      report: (what, error) => logger.warn("{what}: {reason}", { what, reason: messageOf(error) }),
      random: () => random.next(),
    };
  }
}

/** Resolves when the actor has delivered what it could, or is over. */
async function drained(actor: Actor<typeof deliveryMachine>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const giveUp = () => actor.send({ type: "DRAIN_DEADLINE" });
  const look = ({ status, value }: SnapshotFrom<typeof deliveryMachine>) => {
    if (status !== "active" || value.outbox === "drained") resolve();
  };
  using _ = observe(actor, { next: look, error: () => resolve(), complete: resolve });
  signal.addEventListener("abort", giveUp);
  actor.send({ type: "DRAIN" });
  if (signal.aborted) giveUp();
  look(actor.getSnapshot());
  await promise;
  signal.removeEventListener("abort", giveUp);
}
