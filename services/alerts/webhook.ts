/**
 * One receiver of alerts by HTTP. Notices wait in a queue of their own and leave it in order; whoever raises alerts never waits for it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Notice } from "./alert.ts";
import { noticeBody, noticeId } from "./notice.ts";
import { sign } from "./signature.ts";

/** Notices that wait for a receiver that is away. Beyond them the oldest is given up: what is wrong now matters more. */
export const MAX_QUEUED = 100;

/** A receiver only has to take the notice, milliseconds. */
export const ATTEMPT_MS = 10_000;

/** The first pause after a failure, milliseconds; each further one is twice as long. */
const FIRST_PAUSE_MS = 1000;
/** The longest pause, milliseconds: a receiver that comes back knows within five minutes. */
const MAX_PAUSE_MS = 5 * 60_000;

/** Attempts for one notice: with the pauses above about a day. */
export const MAX_ATTEMPTS = 300;

/** Statuses that are worth another attempt, besides those of 500 and above: too early, too slow, too many. */
const PASSING: readonly number[] = [408, 425, 429];

/** Where notices go. */
export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/** What a receiver needs. */
export interface WebhookOptions extends WebhookTarget {
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  readonly logger: Logger;
  readonly fetch: typeof fetch;
  /** Called when a notice has arrived or was given up: it need not be kept any more. */
  readonly onDone: (notice: Notice) => void;
}

/** A receiver. Disposing of it ends the attempt under way; what waits was kept by its owner. */
export class Webhook implements AsyncDisposable {
  readonly #options: WebhookOptions;
  /** The host alone: addresses of chat services hold secrets in their path. */
  readonly #host: string;
  readonly #queue: Notice[] = [];
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#host = new URL(options.url).host;
  }

  /** Notices that wait, the one under way included. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Takes a notice, and returns at once. */
  send(notice: Notice): void {
    if (this.#ending.signal.aborted) return;
    if (this.#queue.length >= MAX_QUEUED) {
      // The first may be under way.
      const [dropped] = this.#queue.splice(1, 1);
      if (dropped !== undefined) this.#giveUp(dropped, `more than ${MAX_QUEUED} wait`);
    }
    this.#queue.push(notice);
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let notice = this.#queue[0]; notice !== undefined; notice = this.#queue[0]) {
      if (!await this.#deliver(notice, signal)) return;
      this.#queue.shift();
      this.#options.onDone(notice);
    }
  }

  /** Tries until the notice has arrived or was refused for good; false where the signal aborted before. Never rejects. */
  async #deliver(notice: Notice, signal: AbortSignal): Promise<boolean> {
    const { clock, random, logger } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const failure = await this.#attempt(notice, signal);
      if (failure === undefined) return true;
      if (signal.aborted) return false;
      if (!failure.passing || attempt >= MAX_ATTEMPTS) {
        this.#report(notice, failure.reason);
        return true;
      }
      if (attempt === 1) {
        logger.warn("Alerts cannot reach {host}, which is tried again: {reason}", { host: this.#host, reason: failure.reason });
      }
      const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 20)) * (0.5 + random.next() / 2);
      await delay(clock, pauseMs, signal).catch(() => {});
    }
    return false;
  }

  /** One attempt: undefined when the notice has arrived. */
  async #attempt(notice: Notice, ending: AbortSignal): Promise<{ readonly reason: string; readonly passing: boolean } | undefined> {
    const { url, secret, clock, fetch } = this.#options;
    const late = new AbortController();
    const timer = clock.setTimeout(() => late.abort(new Error(`No answer within ${ATTEMPT_MS} ms`)), ATTEMPT_MS);
    try {
      const body = noticeBody(notice);
      const headers = { "content-type": "application/json", ...sign(secret, noticeId(notice), clock.wall(), body) };
      const response = await fetch(url, {
        method: "POST",
        headers,
        body,
        // A redirect would take the notice to somebody whom nobody has named.
        redirect: "manual",
        signal: AbortSignal.any([late.signal, ending]),
      });
      await response.body?.cancel();
      if (response.ok) return undefined;
      const { status } = response;
      return { reason: `It answered ${status}`, passing: status >= 500 || PASSING.includes(status) };
    } catch (error) {
      const reason = late.signal.aborted ? messageOf(late.signal.reason) : messageOf(error);
      // Deno's errors name the whole address.
      return { reason: reason.replaceAll(/\bhttps?:\/\/\S+/g, this.#host), passing: true };
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #giveUp(notice: Notice, reason: string): void {
    this.#report(notice, reason);
    this.#options.onDone(notice);
  }

  #report({ type, alert }: Notice, reason: string): void {
    this.#options.logger.error("The notice that alert {alertId} was {what} did not reach {host} and is given up: {reason}", {
      alertId: alert.id,
      what: type,
      host: this.#host,
      reason,
    });
  }
}
