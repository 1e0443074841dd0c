/**
 * The connection to Redis by ioredis: one socket for commands, one for subscriptions.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { Redis, type RedisOptions } from "ioredis";
import { type Clock, delay, type TimerId } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { Config } from "../config/schema.ts";
import { RedisError, redisError } from "./errors.ts";
import type { RedisCall, RedisLink, RedisStatus, RedisSubscription } from "./link.ts";
import type { RedisScript } from "./script.ts";

/** First pause before a broken connection is tried again; each further one is twice as long. */
const FIRST_PAUSE_MS = 50;
/** Longest pause: Redis is used again within this after it is back. Half of it is random, so that nodes do not come back together. */
const MAX_PAUSE_MS = 1000;
/** How long a TCP connection may take: across a data centre it is a thousandth of this. */
const CONNECT_MS = 3000;
/** How long a closing socket may wait for the other side, which never answers when it is frozen. */
const CLOSE_MS = 100;
/** How long disposal may take in all. */
const DISPOSE_MS = 1000;
/** How often both connections are asked whether they live: a peer that vanished without a word is noticed within this and a time-out. */
const HEARTBEAT_MS = 5000;

/** What {@link connectRedis} needs. */
export interface RedisLinkOptions {
  /** Section `redis`. */
  readonly config: Config["redis"];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Shown in Redis's list of clients, such as the node's id. */
  readonly name?: string;
  /** Hears every command. It must not throw. */
  readonly onCall?: (call: RedisCall) => void;
}

/** Whether the configuration names a Redis. */
export function hasRedis(config: Config["redis"]): boolean {
  return config.url !== "" || config.host !== "";
}

/** Begins to connect and returns at once: whether Redis is there shows in the link's status. */
export function connectRedis(options: RedisLinkOptions): RedisLink {
  return new IoredisLink(options);
}

class IoredisLink implements RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #commands: Redis;
  readonly #messages: Redis;
  readonly #watchers = new Set<(status: RedisStatus) => void>();
  readonly #subscriptions = new Map<string, Subscription>();
  #status: RedisStatus;
  #session = 0;
  #sessions = 0;
  #heartbeat: TimerId | undefined;
  #closed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#status = { state: "down", since: options.clock.wall() };
    this.#commands = this.#open("commands");
    this.#messages = this.#open("messages");
    this.#commands.on("ready", () => this.#up());
    this.#commands.on("close", () => this.#down());
    this.#messages.on("close", () => this.#lose());
    this.#messages.on("message", (channel: string, text: string) => this.#subscriptions.get(channel)?.onMessage(text));
    for (const client of [this.#commands, this.#messages]) {
      // Without a listener ioredis writes to the console.
      client.on("error", (error) => this.#failed(error));
      client.connect().catch(() => {});
    }
    this.#beat();
  }

  get status(): RedisStatus {
    return this.#status;
  }

  get session(): number {
    return this.#session;
  }

  key(name: string): string {
    return this.#options.config.prefix + name;
  }

  async run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return await this.#call(script.name, async (client) => {
      const rest: [number, ...(string | number)[]] = [keys.length, ...keys, ...args];
      try {
        return await client.evalsha(script.sha, ...rest);
      } catch (error) {
        if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
        return await client.eval(script.lua, ...rest);
      }
    });
  }

  async subscribe(channel: string, onMessage: (text: string) => void): Promise<RedisSubscription> {
    if (this.#messages.status !== "ready") throw new RedisError("Cannot subscribe: Redis is not connected", "redis_unreachable");
    this.#subscriptions.get(channel)?.end("it was subscribed to anew");
    const subscription = new Subscription(onMessage, () => {
      if (this.#subscriptions.get(channel) !== subscription) return;
      this.#subscriptions.delete(channel);
      this.#messages.unsubscribe(channel).catch(() => {});
    });
    this.#subscriptions.set(channel, subscription);
    try {
      await this.#messages.subscribe(channel);
    } catch (error) {
      subscription.end("it could not be made");
      if (isTimeout(error)) this.#messages.disconnect(true);
      throw redisError(error, "subscribe");
    }
    if (subscription.lost.aborted) throw new RedisError("Cannot subscribe: the connection broke", "redis_unreachable");
    return subscription;
  }

  watch(listener: (status: RedisStatus) => void): Disposable {
    this.#watchers.add(listener);
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { clock } = this.#options;
    if (this.#heartbeat !== undefined) clock.clearTimeout(this.#heartbeat);
    const limit = new AbortController();
    const ended = Promise.all([this.#commands, this.#messages].map((client) => this.#end(client)));
    await Promise.race([ended, delay(clock, DISPOSE_MS, limit.signal).catch(() => {})]);
    limit.abort();
    this.#lose();
    this.#watchers.clear();
  }

  async #end(client: Redis): Promise<void> {
    if (client.status === "end") return;
    const waiting = client.status === "reconnecting";
    const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
    client.disconnect();
    // Between two attempts there is no socket whose end ioredis would report, and yet it waits for one as long as this.
    await (waiting ? delay(this.#options.clock, CLOSE_MS) : ended);
  }

  #open(purpose: string): Redis {
    const { config, random, name = "xiaozhi" } = this.#options;
    const { url, host, port, username, password, db, tls, timeoutMs } = config;
    const common = {
      lazyConnect: true,
      connectionName: `${name}:${purpose}`,
      connectTimeout: CONNECT_MS,
      commandTimeout: timeoutMs,
      disconnectTimeout: CLOSE_MS,
      // A command belongs to the moment and the connection in which it was sent; one that waits or is sent again would come too late.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times: number) => {
        const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 10));
        return Math.round(pauseMs * (0.5 + random.next() / 2));
      },
    } satisfies RedisOptions;
    if (url !== "") return new Redis(url, common);
    return new Redis({
      ...common,
      host,
      port,
      db,
      ...(username === "" ? {} : { username }),
      ...(password === "" ? {} : { password }),
      ...(tls ? { tls: { servername: host } } : {}),
    });
  }

  async #call<T>(name: string, body: (client: Redis) => Promise<T>): Promise<T> {
    const { clock, onCall } = this.#options;
    // Refused here, so that an outage costs nothing and is not counted as answers of Redis.
    if (this.#session === 0) {
      throw new RedisError(`Cannot ${name}: Redis is not connected (${this.#status.lastError ?? "not yet"})`, "redis_unreachable");
    }
    const from = clock.now();
    try {
      const result = await body(this.#commands);
      onCall?.({ name, ms: clock.now() - from, ok: true });
      return result;
    } catch (error) {
      onCall?.({ name, ms: clock.now() - from, ok: false });
      if (isTimeout(error)) this.#frozen(this.#commands, error);
      throw redisError(error, name);
    }
  }

  /** A server that does not answer in time would hold up every further command for as long. */
  #frozen(client: Redis, error: unknown): void {
    this.#failed(error);
    if (client === this.#commands) this.#down();
    client.disconnect(true);
  }

  #beat(): void {
    const { clock } = this.#options;
    this.#heartbeat = clock.setTimeout(() => {
      for (const client of [this.#commands, this.#messages]) {
        if (client.status === "ready") client.ping().catch((error) => isTimeout(error) && this.#frozen(client, error));
      }
      this.#beat();
    }, HEARTBEAT_MS);
  }

  #up(): void {
    if (this.#closed) return;
    this.#session = ++this.#sessions;
    this.#options.logger.info("Redis is connected");
    this.#become("up");
  }

  #down(): void {
    if (this.#session === 0) return;
    this.#session = 0;
    if (this.#closed) return;
    this.#options.logger.warn("Redis is not reachable: {error}", { error: this.#status.lastError ?? "the connection was closed" });
    this.#become("down");
  }

  #become(state: RedisStatus["state"]): void {
    const { lastError } = this.#status;
    this.#status = { state, since: this.#options.clock.wall(), ...(lastError === undefined ? {} : { lastError }) };
    for (const watcher of [...this.#watchers]) watcher(this.#status);
  }

  #failed(error: unknown): void {
    const lastError = messageOf(error);
    if (this.#status.lastError === lastError) return;
    if (this.#status.state === "down" && !this.#closed) this.#options.logger.warn("Redis is not reachable: {error}", { error: lastError });
    this.#status = { ...this.#status, lastError };
  }

  #lose(): void {
    for (const subscription of [...this.#subscriptions.values()]) subscription.end("the connection broke");
    this.#subscriptions.clear();
  }
}

class Subscription implements RedisSubscription {
  readonly onMessage: (text: string) => void;
  readonly #leave: () => void;
  readonly #lost = new AbortController();

  constructor(onMessage: (text: string) => void, leave: () => void) {
    this.onMessage = (text) => {
      if (!this.#lost.signal.aborted) onMessage(text);
    };
    this.#leave = leave;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(why: string): void {
    this.#lost.abort(new RedisError(`The subscription is over: ${why}`, "redis_unreachable"));
  }

  [Symbol.dispose](): void {
    if (this.#lost.signal.aborted) return;
    this.end("it was given up");
    this.#leave();
  }
}

/** ioredis gives its time-out no code; the text is that of its `Command.js`. */
function isTimeout(error: unknown): boolean {
  return messageOf(error) === "Command timed out";
}
