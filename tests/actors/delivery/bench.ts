/**
 * A delivery between a real outbox and an archive that a test can break, on a clock that it moves.
 *
 * @module
 */

import { Delivery } from "../../../actors/delivery/delivery.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { announcing } from "../../../services/delivery/announce.ts";
import type { DeliveryEvent } from "../../../services/delivery/events.ts";
import type { HistoryArchive } from "../../../services/history/archive.ts";
import { openSqliteHistory, type SqliteHistory } from "../../../services/history/sqlite.ts";
import type { HistoryStore } from "../../../services/history/store.ts";
import { turn } from "../../services/history/contract.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { FakeArchive } from "./fake_archive.ts";
import { type TempDir, tempDir } from "../../support/temp_dir.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** What may be different on a {@link DeliveryBench}. */
export interface BenchOptions {
  readonly remote?: Pick<HistoryArchive, "apply"> | "none";
  readonly localDays?: number;
  /** The data directory; its own by default. */
  readonly dir?: TempDir;
  /** What the clock says first; the time of the contract's first turns by default. */
  readonly epoch?: number;
}

/** The parts of a delivery. */
export class DeliveryBench implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly archive = new FakeArchive();
  readonly log: CapturedLogger = captureLogger();
  readonly events: DeliveryEvent[] = [];
  /** What the delivery takes for chance; one that throws crashes the actor at its next failure. */
  random: () => number = () => 0.5;
  readonly dir: TempDir;
  /** The history as devices see it. */
  history!: HistoryStore;
  store!: SqliteHistory;
  delivery!: Delivery;
  readonly #options: BenchOptions;
  #supervisor!: Supervisor;

  private constructor(options: BenchOptions) {
    this.#options = options;
    this.dir = options.dir ?? tempDir();
    this.clock = new VirtualClock(options.epoch ?? Date.UTC(2026, 0, 2, 3, 4, 5));
  }

  /** Sets all up on an empty data directory, with the delivery running. */
  static async open(options: BenchOptions = {}): Promise<DeliveryBench> {
    const bench = new DeliveryBench(options);
    await bench.start();
    return bench;
  }

  /** Starts store and delivery, as a process does. */
  async start(): Promise<void> {
    const { clock, log } = this;
    this.store = await openSqliteHistory({ dataDir: this.dir.path, clock, logger: log.logger });
    this.history = announcing(this.store, () => this.delivery.nudge());
    this.startDelivery();
  }

  /** Starts the delivery alone. */
  startDelivery(): void {
    const { clock, log } = this;
    const { remote = this.archive, localDays = 30 } = this.#options;
    this.#supervisor = new Supervisor({ clock });
    this.delivery = new Delivery({
      outbox: this.store,
      remote: remote === "none" ? undefined : remote,
      clock,
      random: { next: () => this.random(), bytes: (length) => new Uint8Array(length), uuid: () => "" },
      logger: log.logger,
      localDays,
      audioBudget: { bytes: 0, maxBytes: 1, full: false },
      onEvent: (event) => this.events.push(event),
    });
    if (this.delivery.spec !== undefined) this.#supervisor.start(this.delivery.spec);
  }

  /** Ends the delivery in the middle of whatever it does. */
  stopDelivery(): void {
    this.#supervisor[Symbol.dispose]();
  }

  /** Delivers what can be delivered within `ms`, then stops the delivery. Resolves to how many turns are left. */
  async drain(ms: number): Promise<number> {
    const over = new AbortController();
    const timer = this.clock.setTimeout(() => over.abort(), ms);
    const left = await this.delivery.drain(over.signal);
    this.clock.clearTimeout(timer);
    this.stopDelivery();
    return left;
  }

  /** Ends store and delivery, without giving the delivery time. */
  async stop(): Promise<void> {
    this.stopDelivery();
    await this.store[Symbol.asyncDispose]();
  }

  /** Commits turns by number, all of one device. */
  async commit(...numbers: readonly number[]): Promise<void> {
    for (const n of numbers) await this.history.commitTurn(turn(n));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.archive.release();
    await this.stop();
    this.log[Symbol.dispose]();
    if (this.#options.dir === undefined) await this.dir[Symbol.asyncDispose]();
  }
}
