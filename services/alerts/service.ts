/**
 * Alerts as they run: readings taken again and again, changes kept before anybody is told, and everybody told who is to be.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { createIds } from "../../base/ids.ts";
import type { Random } from "../../base/random.ts";
import type { Alert, Notice } from "./alert.ts";
import { type Owed, readAlerts, writeAlerts } from "./alert_file.ts";
import type { AlertBoard } from "./board.ts";
import { AlertBook } from "./book.ts";
import { logNotice } from "./log_notice.ts";
import { noticeId } from "./notice.ts";
import type { Read, Readings } from "./readings.ts";
import { createRules } from "./rules/mod.ts";
import type { Thresholds } from "./thresholds.ts";
import { Webhook, type WebhookTarget } from "./webhook.ts";

/** Between two readings, milliseconds: as often as Prometheus usually asks. */
export const EVERY_MS = 15_000;

/** Readings that take longer are unknown, milliseconds: what is asked for may be what hangs. */
export const READ_MS = 5000;

/** What alerts need. */
export interface AlertsOptions {
  readonly read: Read;
  readonly thresholds: Thresholds;
  readonly webhooks: readonly WebhookTarget[];
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly fetch: typeof fetch;
}

/** A receiver, and a name for it that says nothing of its address. */
interface Receiver {
  readonly name: string;
  readonly webhook: Webhook;
}

/** Running alerts. Disposing of them ends the rounds and keeps what is still owed to receivers. */
export class Alerts implements AlertBoard, AsyncDisposable {
  readonly #options: AlertsOptions;
  readonly #book: AlertBook;
  readonly #receivers: Receiver[] = [];
  readonly #ending = new AbortController();
  #owed: readonly Owed[];
  #writing: Promise<void> = Promise.resolve();
  #rounds: Promise<void> = Promise.resolve();
  /** What was reported last, so that the same is not said every round. */
  #trouble = "";
  /** Rules that threw in the round before. */
  #broken: ReadonlySet<string> = new Set();

  /** Opens the alerts of a data directory, and begins to read. */
  static async open(options: AlertsOptions): Promise<Alerts> {
    const kept = await readAlerts(options.dataDir, options.logger);
    const names = await Promise.all(options.webhooks.map(({ url }) => nameOf(url)));
    const alerts = new Alerts(options, kept.alerts, kept.owed.filter(({ target }) => names.includes(target)), names);
    alerts.#resume();
    alerts.#rounds = alerts.#run();
    // Whoever supervises them listens to `finished`; nobody has to.
    alerts.#rounds.catch(() => {});
    return alerts;
  }

  private constructor(options: AlertsOptions, alerts: readonly Alert[], owed: readonly Owed[], names: readonly string[]) {
    const { clock, random, logger, fetch, thresholds } = options;
    this.#options = options;
    this.#owed = owed;
    this.#book = new AlertBook({ rules: createRules(thresholds), newId: createIds(clock, random), alerts });
    options.webhooks.forEach((target, index) => {
      const name = names[index]!;
      const onDone = (notice: Notice) => this.#settle(name, notice);
      this.#receivers.push({ name, webhook: new Webhook({ ...target, clock, random, logger, fetch, onDone }) });
    });
  }

  /** Resolves when the rounds have been ended; rejects when they broke off, which no reading, rule, receiver or file can do to them. */
  get finished(): Promise<void> {
    return this.#rounds;
  }

  active(): readonly Alert[] {
    return this.#book.active();
  }

  recent(): readonly Alert[] {
    return this.#book.recent();
  }

  async acknowledge(id: string, note: string): Promise<Alert | undefined> {
    const alert = this.#book.acknowledge(id, { at: this.#options.clock.wall(), note });
    if (alert !== undefined) await this.#keep();
    return alert;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#rounds.catch(() => {});
    await Promise.all(this.#receivers.map(({ webhook }) => webhook[Symbol.asyncDispose]()));
    await this.#writing;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#round(signal);
      await delay(clock, EVERY_MS, signal).catch(() => {});
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    const readings = await this.#read(signal);
    if (signal.aborted) return;
    const broken = new Map<string, unknown>();
    const notices = this.#book.take(readings, { now: clock.now(), wall: clock.wall() }, (rule, error) => void broken.set(rule, error));
    for (const [rule, error] of broken) {
      if (!this.#broken.has(rule)) logger.error("Rule {rule} of the alerts says nothing: {reason}", { rule, reason: messageOf(error) });
    }
    this.#broken = new Set(broken.keys());
    if (notices.length === 0) return;
    this.#owed = [...this.#owed, ...this.#receivers.flatMap(({ name }) => notices.map((notice) => owedTo(name, notice)))];
    // Kept before it is told: a process that dies in between tells it after its next start, and none is raised twice.
    await this.#keep().catch((error) => logger.error("Alerts are not kept: {reason}", { reason: messageOf(error) }));
    for (const notice of notices) {
      logNotice(logger, notice);
      for (const { webhook } of this.#receivers) webhook.send(notice);
    }
  }

  async #read(ending: AbortSignal): Promise<Readings> {
    const { clock, logger, read } = this.#options;
    const late = new AbortController();
    const timer = clock.setTimeout(() => late.abort(new Error(`They took longer than ${READ_MS} ms`)), READ_MS);
    const signal = AbortSignal.any([late.signal, ending]);
    try {
      const readings = await Promise.race([new Promise<Readings>((resolve) => resolve(read(signal))), aborted(signal)]);
      this.#trouble = "";
      return readings;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#trouble && !ending.aborted) logger.warn("The readings for alerts are missing: {reason}", { reason });
      this.#trouble = reason;
      return {};
    } finally {
      clock.clearTimeout(timer);
      late.abort();
    }
  }

  /** Sends what the process before could not. */
  #resume(): void {
    const alerts = new Map([...this.active(), ...this.recent()].map((alert) => [alert.id, alert]));
    for (const { target, alertId, type } of this.#owed) {
      const alert = alerts.get(alertId);
      if (alert === undefined) continue;
      this.#receivers.find(({ name }) => name === target)?.webhook.send({ type, alert: type === "raised" ? unresolved(alert) : alert });
    }
    this.#owed = this.#owed.filter(({ alertId }) => alerts.has(alertId));
  }

  #settle(target: string, notice: Notice): void {
    const id = noticeId(notice);
    this.#owed = this.#owed.filter((owed) => owed.target !== target || `${owed.alertId}.${owed.type}` !== id);
    this.#keep().catch((error) => this.#options.logger.error("Alerts are not kept: {reason}", { reason: messageOf(error) }));
  }

  /** Writes what there is now, one write after the other. */
  #keep(): Promise<void> {
    const write = () => writeAlerts(this.#options.dataDir, { alerts: [...this.active(), ...this.recent()], owed: this.#owed });
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => {});
    return written;
  }
}

function owedTo(target: string, { type, alert }: Notice): Owed {
  return { target, alertId: alert.id, type };
}

/** As it was when it was raised, as far as that is known. */
function unresolved({ resolvedAt: _, ...alert }: Alert): Alert {
  return alert;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The address may hold secrets, which have no place in the file. */
async function nameOf(url: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return new Uint8Array(hash).slice(0, 8).toHex();
}
