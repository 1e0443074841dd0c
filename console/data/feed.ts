/**
 * A live feed: connects, connects again, and rests while nobody sees the page, so that a forgotten tab costs nothing and browsers, which
 * open six connections to a server at most, do not run out of them.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { FeedMessage } from "../../routes/console/types.ts";
import type { Clock, TimerId } from "../../base/clock.ts";

/** How the feed is: `resting` while the page is hidden. */
export type FeedStatus = "connecting" | "live" | "lost" | "resting";

/** First pause before connecting again, and the longest, milliseconds. */
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
/** A page that is hidden for longer rests, milliseconds: looking at another tab for a moment costs nothing. */
const REST_AFTER_MS = 20_000;

/** The part of an EventSource that is used. */
export type Source = Pick<EventSource, "onopen" | "onmessage" | "onerror" | "close">;

/** What a {@link Feed} needs; its messages are `T`. */
export interface FeedOptions<T> {
  readonly clock: Clock;
  /** Opens the feed. */
  readonly open: () => Source;
  readonly take: (message: T) => void;
  /** Called when the feed was lost: finds out whether somebody is still signed in. */
  readonly lost: () => void;
}

/** A feed of one page. */
export class Feed<T = FeedMessage> {
  readonly #options: FeedOptions<T>;
  readonly #status = signal<FeedStatus>("connecting");
  #source: Source | undefined;
  #timer: TimerId | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: FeedOptions<T>) {
    this.#options = options;
  }

  /** How it is. */
  get status(): ReadonlySignal<FeedStatus> {
    return this.#status;
  }

  /** Connects, where it is not connected. */
  start(): void {
    this.#disarm();
    if (this.#source !== undefined) return;
    if (this.#status.peek() !== "lost") this.#status.value = "connecting";
    const source = this.#source = this.#options.open();
    source.onopen = () => {
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#status.value = "live";
    };
    source.onmessage = ({ data }) => this.#options.take(JSON.parse(data));
    source.onerror = () => this.#lose();
  }

  /** Ends it. */
  stop(): void {
    this.#disarm();
    this.#close();
    this.#status.value = "resting";
  }

  /** The page came into sight, or went out of it. */
  seen(visible: boolean): void {
    this.#disarm();
    if (visible) this.start();
    else this.#timer = this.#options.clock.setTimeout(() => this.stop(), REST_AFTER_MS);
  }

  #lose(): void {
    this.#close();
    this.#status.value = "lost";
    this.#options.lost();
    this.#disarm();
    this.#timer = this.#options.clock.setTimeout(() => this.start(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
  }

  #close(): void {
    const source = this.#source;
    this.#source = undefined;
    if (source === undefined) return;
    source.onopen = source.onmessage = source.onerror = null;
    source.close();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
