/**
 * The connection to Redis: up or down, never in the way. While it is down every command is refused at once, so that callers go on without it.
 *
 * @module
 */

import type { RedisScript } from "./script.ts";

/** How the connection is. */
export interface RedisStatus {
  readonly state: "up" | "down";
  /** Since when, Unix milliseconds. */
  readonly since: number;
  /** What went wrong last, if anything ever did. */
  readonly lastError?: string;
}

/** A subscription to one channel, which ends with its connection. */
export interface RedisSubscription extends Disposable {
  /** Aborted when messages may have been missed: the connection has broken. Its reason says why. */
  readonly lost: AbortSignal;
}

/** One command as it went, for measurements. */
export interface RedisCall {
  /** Name of the script, or the command. */
  readonly name: string;
  /** Milliseconds until the answer or the failure. */
  readonly ms: number;
  readonly ok: boolean;
}

/** Redis as this project uses it. */
export interface RedisLink extends AsyncDisposable {
  /** How it is now. */
  readonly status: RedisStatus;
  /** Number of the connection of commands, from 1; 0 while there is none. What was learnt on one says nothing of the next. */
  readonly session: number;
  /** The name of a key or channel with the configured prefix. */
  key(name: string): string;
  /**
   * Runs a script. Keys are whole, as {@link key} gives them.
   *
   * @throws {RedisError} `redis_unreachable` where there is no answer in time: it may have run or not. `redis_refused` otherwise.
   */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /**
   * Hears the messages of a channel on the second connection.
   *
   * @throws {RedisError}
   */
  subscribe(channel: string, onMessage: (text: string) => void): Promise<RedisSubscription>;
  /** Calls `listener` at each change between up and down. It must not throw. */
  watch(listener: (status: RedisStatus) => void): Disposable;
}
