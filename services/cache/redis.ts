/**
 * Values in Redis, which all nodes share, with a copy of the latest in this process's memory.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { RedisLink } from "../redis/link.ts";
import type { ChannelListener, InvalidationChannel } from "./channel.ts";
import { type Opened, pack, unpack } from "./envelope.ts";
import { Generations } from "./generations.ts";
import { Lru, type LruLimits } from "./lru.ts";
import { FILL, INVALIDATE, LOOK } from "./redis_scripts.ts";
import type { CacheTier, Fill, Look } from "./tier.ts";

/** The tag that every value carries: invalidated, it ends them all. No tag of a caller has this name. */
const ALL = "*";

/** How much longer a tag lives than the values that carry it: one that is gone too early only costs a load. */
const TAG_LIVES = 2;
/** How long a tag lives that nothing was kept under yet, milliseconds: longer than any load takes. */
const NEW_TAG_MS = 3_600_000;

/**
 * Tags that wait for Redis to be back, so that their values are deleted there. All values end with {@link ALL} in any case; those beyond this
 * number lie there until their time is over, and nobody reads them.
 */
const MAX_PENDING = 10_000;

/** Tags in one message, so that Redis is not held up. */
const MESSAGE_TAGS = 500;

const message = z.object({ v: z.literal(1), tags: z.array(z.string()).min(1) });

const looked = z.union([
  z.tuple([z.string()]),
  z.tuple([z.string(), z.number()]),
  z.tuple([z.string(), z.number(), z.string()]),
]);

/** What a {@link RedisTier} needs. */
export interface RedisTierOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Bounds of the copies in this process's memory. */
  readonly near: LruLimits;
}

/**
 * The place in Redis. It is asked only while it is trusted, which it is from {@link trust} until the connection breaks, a command fails or
 * {@link distrust}: whatever was missed or could not be told lies outside that time.
 */
export class RedisTier implements CacheTier, InvalidationChannel {
  readonly #options: RedisTierOptions;
  readonly #link: RedisLink;
  readonly #near: Lru<Opened>;
  /** Generations as this process knows them: a copy whose load began before a message is not kept after it. */
  readonly #heard = new Generations();
  /** Tags that other nodes were not told of. */
  #pending = new Set<string>();
  #trusted = 0;
  #listener: ChannelListener | undefined;
  #greatest = 0;

  constructor(options: RedisTierOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#near = new Lru(options.near);
  }

  async look(key: string, tags: readonly string[], near: boolean): Promise<Look | undefined> {
    if (!this.#isTrusted) return undefined;
    const now = this.#options.clock.now();
    const copy = this.#near.get(key, now);
    if (near && copy !== undefined) {
      const { value, renewMs, generations } = copy.value;
      return { generations, kept: { value, renewMs, leftMs: copy.until - now } };
    }
    const heard = this.#heard.of(tags);
    const keys = [this.#link.key(key), this.#link.key("cache-generation"), ...this.#tagKeys([ALL, ...tags])];
    const answer = await this.#run(() => this.#link.run(LOOK, keys, [this.#greatest, NEW_TAG_MS, copy?.value.head ?? ""]));
    const found = looked.safeParse(answer).data;
    // What was asked on a connection that broke since may be older than what this node could not tell.
    if (found === undefined || !this.#isTrusted) return undefined;
    const [generations, leftMs, text] = found;
    this.#greatest = Math.max(this.#greatest, ...generations.split(",").map(Number));
    if (leftMs === undefined) return { generations };
    const isCopy = text === "" && copy !== undefined;
    const opened = isCopy ? copy.value : text === undefined ? undefined : unpack(text);
    // Whatever has no end was put there by somebody else.
    if (opened === undefined || leftMs < 0) return { generations, damaged: true };
    if (opened.generations !== generations) return { generations };
    if (!isCopy) this.#remember(key, tags, heard, opened, leftMs, text?.length ?? 0);
    const { value, renewMs } = opened;
    return { generations, kept: { value, renewMs, leftMs } };
  }

  async fill(key: string, tags: readonly string[], generations: string, fill: Fill): Promise<boolean | undefined> {
    if (!this.#isTrusted) return undefined;
    const keys = [this.#link.key(key), ...this.#tagKeys([ALL, ...tags])];
    const { ttlMs } = fill;
    const kept = await this.#run(() =>
      this.#link.run(FILL, keys, [generations, pack(this.#options.random.uuid(), generations, fill), ttlMs, ttlMs * TAG_LIVES])
    );
    // The copy in memory comes with the next read.
    return kept === undefined ? undefined : kept === 1;
  }

  async invalidate(tags: readonly string[]): Promise<boolean> {
    this.#forget(tags);
    // Told also while nothing is trusted yet: what is changed after the announcement would be believed later.
    if (this.#link.session === 0) {
      this.#postpone(tags);
      return false;
    }
    try {
      await this.#tell(tags);
    } catch (error) {
      this.#postpone(tags);
      // Whatever state the channel is in, it has to announce anew what could not be told.
      if (this.#lose(error)) throw error;
      return false;
    }
    // Whoever read while the command was under way may have copied what it ended.
    this.#forget(tags);
    return true;
  }

  listen(listener: ChannelListener): Disposable {
    this.#listener = listener;
    using made = new DisposableStack();
    made.defer(() => {
      if (this.#listener === listener) this.#listener = undefined;
      this.distrust();
    });
    made.use(this.#link.watch(({ state }) => state === "down" && listener.lost("Redis is not connected")));
    const stack = made.move();
    this.#link.subscribe(this.#channel, (text) => this.#hear(text)).then((subscription) => {
      if (stack.disposed) return subscription[Symbol.dispose]();
      stack.use(subscription);
      subscription.lost.addEventListener("abort", () => {
        if (stack.disposed) return;
        this.distrust();
        listener.lost(messageOf(subscription.lost.reason));
      });
      if (subscription.lost.aborted) listener.lost(messageOf(subscription.lost.reason));
      else listener.subscribed();
    }).catch((error) => {
      if (!stack.disposed) listener.lost(messageOf(error));
    });
    return stack;
  }

  async announce(): Promise<void> {
    const pending = [...this.#pending];
    this.#pending = new Set();
    try {
      while (pending.length > 0) {
        await this.#tell(pending.slice(0, MESSAGE_TAGS));
        pending.splice(0, MESSAGE_TAGS);
      }
      await this.#tell([ALL]);
    } catch (error) {
      this.#postpone(pending);
      throw error;
    }
  }

  trust(): void {
    this.#trusted = this.#link.session;
  }

  distrust(): void {
    this.#trusted = 0;
    this.#near.clear();
    this.#heard.advanceAll();
  }

  onConnected(listener: () => void): Disposable {
    return this.#link.watch(({ state }) => {
      if (state === "up") listener();
    });
  }

  get #isTrusted(): boolean {
    return this.#trusted !== 0 && this.#trusted === this.#link.session;
  }

  get #channel(): string {
    return this.#link.key("cache-invalidation");
  }

  #tagKeys(tags: readonly string[]): string[] {
    return tags.map((tag) => this.#link.key(`cache-tag:${tag}`));
  }

  async #tell(tags: readonly string[]): Promise<void> {
    await this.#link.run(INVALIDATE, this.#tagKeys(tags), [this.#channel, JSON.stringify({ v: 1, tags })]);
  }

  /** Runs a command of the trusted time. The first that fails ends that time and throws; those that fail beside it are undefined. */
  async #run<T>(body: () => Promise<T>): Promise<T | undefined> {
    try {
      return await body();
    } catch (error) {
      if (this.#lose(error)) throw error;
      return undefined;
    }
  }

  /** Ends the trust, and says whether there was any. */
  #lose(error: unknown): boolean {
    const wasTrusted = this.#trusted !== 0;
    this.distrust();
    this.#listener?.lost(messageOf(error));
    return wasTrusted;
  }

  #hear(text: string): void {
    const heard = parsedMessage(text);
    if (heard === undefined) {
      this.#options.logger.warn("A message about the cache could not be read; what is in memory is forgotten");
      this.#forgetAll();
    } else if (heard.includes(ALL)) {
      this.#forgetAll();
    } else {
      this.#forget(heard);
    }
  }

  #forgetAll(): void {
    this.#heard.advanceAll();
    this.#near.clear();
  }

  #forget(tags: readonly string[]): void {
    for (const tag of tags) {
      this.#heard.advance(tag);
      this.#near.deleteTagged(tag);
    }
  }

  #postpone(tags: readonly string[]): void {
    for (const tag of tags) {
      if (this.#pending.size < MAX_PENDING) this.#pending.add(tag);
    }
  }

  #remember(key: string, tags: readonly string[], heard: string, copy: Opened, leftMs: number, chars: number): void {
    if (this.#heard.of(tags) !== heard) return;
    this.#near.set(key, { value: copy, tags, until: this.#options.clock.now() + leftMs }, chars);
  }
}

function parsedMessage(text: string): string[] | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data?.tags;
  } catch {
    return undefined;
  }
}
