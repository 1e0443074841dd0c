/**
 * `fetch` for simple requests to a server that is near, over connections of its own. Three calls are in the way of each turn, and each costs
 * half a millisecond less than with Deno's `fetch` (docs/latency.md). Whatever is not simple, and whatever cannot connect, is left to `fetch`.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import { type NearConn, NearConnection } from "./connection.ts";
import { IDLE_MS, MAX_IDLE } from "./limits.ts";
import { nearRequest } from "./near.ts";
import type { HttpFetch } from "./response.ts";

export type { HttpBody, HttpFetch, HttpResponse } from "./response.ts";

/** What it is made of. */
export interface NearFetchOptions {
  readonly clock: Clock;
  /** Opens a TCP connection. */
  readonly connect: (address: { readonly hostname: string; readonly port: number }) => Promise<NearConn>;
  /** Makes all other requests. */
  readonly fetch: HttpFetch;
}

/** A `fetch` that keeps connections. Disposed of, it closes those that nobody uses, and keeps none any more. */
export interface NearFetch extends Disposable {
  readonly fetch: HttpFetch;
}

/** TCP without waiting for more to send. */
export async function connectTcp(address: { readonly hostname: string; readonly port: number }): Promise<NearConn> {
  const conn = await Deno.connect(address);
  conn.setNoDelay(true);
  return conn;
}

/** Makes one. */
export function createNearFetch(options: NearFetchOptions): NearFetch {
  const pool = new Pool(options.clock);
  const near: HttpFetch = async (url, init) => {
    const request = nearRequest(url, init);
    if (request === undefined) return await options.fetch(url, init);
    const signal = init?.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const { hostname, port, bytes } = request;
    const key = `${hostname} ${port}`;
    let connection = pool.take(key);
    if (connection === undefined) {
      let conn: NearConn;
      try {
        conn = await options.connect({ hostname, port });
      } catch {
        // It tries all addresses of a name, and says best what is wrong.
        return await options.fetch(url, init);
      }
      connection = new NearConnection(conn);
      if (signal.aborted) connection.close();
      signal.throwIfAborted();
    }
    const used = connection;
    return await used.ask(bytes, signal, () => pool.give(key, used));
  };
  return { fetch: near, [Symbol.dispose]: () => pool[Symbol.dispose]() };
}

interface Idle {
  readonly connection: NearConnection;
  readonly since: number;
}

/** Connections that nobody uses, the last used first. */
class Pool implements Disposable {
  readonly #clock: Clock;
  readonly #idle = new Map<string, Idle[]>();
  #timer: TimerId | undefined;
  #disposed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(key: string): NearConnection | undefined {
    this.#drop(this.#clock.now() - IDLE_MS);
    return this.#idle.get(key)?.pop()?.connection;
  }

  give(key: string, connection: NearConnection): void {
    const idle = this.#idle.get(key) ?? [];
    if (this.#disposed || idle.length >= MAX_IDLE) return connection.close();
    this.#idle.set(key, idle);
    const entry = { connection, since: this.#clock.now() };
    idle.push(entry);
    connection.rest(() => {
      const at = idle.indexOf(entry);
      if (at >= 0) idle.splice(at, 1);
    });
    this.#timer ??= this.#clock.setTimeout(() => this.#sweep(), IDLE_MS);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#drop(Infinity);
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  #sweep(): void {
    this.#timer = undefined;
    this.#drop(this.#clock.now() - IDLE_MS);
    if (this.#idle.size > 0) this.#timer = this.#clock.setTimeout(() => this.#sweep(), IDLE_MS);
  }

  /** Closes those that nobody has used since. */
  #drop(before: number): void {
    for (const [key, idle] of this.#idle) {
      while (idle[0] !== undefined && idle[0].since <= before) idle.shift()?.connection.close();
      if (idle.length === 0) this.#idle.delete(key);
    }
  }
}
