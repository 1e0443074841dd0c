/**
 * JSON-RPC over one connection: requests with ids that are never used twice, so that a late reply cannot be taken for another's.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import { type McpRequest, parseMcpPayload } from "../../../protocol/mod.ts";
import { McpError } from "./mcp_error.ts";

/** What {@link McpRpc} needs. */
export interface McpRpcOptions {
  /** Sends a payload to the device. */
  readonly send: (payload: McpRequest) => void;
  readonly clock: Clock;
}

/** Limits of one request. */
export interface McpRequestOptions {
  /** Milliseconds to wait for the reply. */
  readonly timeoutMs: number;
  /** Gives up waiting; the device is not told, as MCP on devices has no cancellation. */
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** The requests of one connection and the replies to them. */
export class McpRpc {
  readonly #options: McpRpcOptions;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ignored = 0;
  #closed = false;

  constructor(options: McpRpcOptions) {
    this.#options = options;
  }

  /** Payloads that answered nothing: late, duplicate, of unknown id, broken, or not a reply. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Requests that wait for their reply. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Sends a request and waits for its result.
   *
   * @throws {McpError} `mcp_timeout`, `mcp_device_error`, `mcp_closed`, `mcp_send_failed`; or the signal's reason.
   */
  request(build: (id: number) => McpRequest, options: McpRequestOptions): Promise<unknown> {
    const { clock, send } = this.#options;
    const { timeoutMs, signal } = options;
    if (this.#closed) return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = ++this.#lastId;
    const request = build(id);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = () => this.#take(id)?.reject(signal?.reason);
    const timer = clock.setTimeout(() => {
      this.#take(id)?.reject(new McpError("mcp_timeout", `MCP ${request.method} was not answered within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    const release = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(id, {
      resolve: (result) => {
        release();
        resolve(result);
      },
      reject: (reason) => {
        release();
        reject(reason);
      },
    });
    try {
      send(request);
    } catch (thrown) {
      const error = new McpError("mcp_send_failed", `MCP ${request.method} could not be sent: ${messageOf(thrown)}`, thrown);
      this.#take(id)?.reject(error);
    }
    return promise;
  }

  /** Takes the payload of an `mcp` message. Never throws. */
  handle(payload: unknown): void {
    const parsed = parseMcpPayload(payload);
    const message = parsed.ok ? parsed.message : undefined;
    const waiting = message?.kind === "result" || message?.kind === "error" ? this.#take(message.id) : undefined;
    if (waiting === undefined) this.#ignored++;
    else if (message?.kind === "result") waiting.resolve(message.result);
    else if (message?.kind === "error") waiting.reject(new McpError("mcp_device_error", message.error.message));
  }

  /** Rejects what waits and refuses what comes. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(closedError());
  }

  #take(id: number): Pending | undefined {
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    return waiting;
  }
}

function closedError(): McpError {
  return new McpError("mcp_closed", "MCP connection of the device is closed");
}
