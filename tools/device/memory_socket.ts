/**
 * A connection in memory between a virtual device and the owner of a device link, for tests on virtual time.
 *
 * @module
 */

import type { DeviceLink } from "../../actors/device/link.ts";
import type { Clock } from "../../base/clock.ts";
import { protocolVersion } from "../../protocol/mod.ts";
import type { AcceptDevice, LinkHandlers } from "../../routes/transport/transport.ts";
import type { DeviceSocket, DeviceSocketHandlers, OpenSocket, SocketRequest } from "./socket.ts";

/** What WebSocket APIs report where a connection dropped without a Close frame (RFC 6455 section 7.4.1). */
const ABNORMAL_CLOSURE = 1006;

/** What the connection is made of. */
export interface MemorySocketOptions {
  readonly clock: Clock;
  /** Time that each message takes in either direction, milliseconds; 0 by default. Order is kept. */
  readonly latencyMs?: number;
  readonly remoteAddress?: string;
}

/** An {@link OpenSocket} whose server is `accept`; what that throws refuses the upgrade. */
export function connectInMemory(accept: AcceptDevice, options: MemorySocketOptions): OpenSocket {
  let connections = 0;
  return async (request, handlers) => {
    const pair = new MemoryPair(handlers, options, `memory-${++connections}`);
    await new Promise<void>((resolve) => pair.later(resolve));
    pair.serve(accept, request, options.remoteAddress ?? "127.0.0.1");
    return pair.socket;
  };
}

class MemoryPair {
  readonly #options: MemorySocketOptions;
  readonly #device: DeviceSocketHandlers;
  readonly #link: DeviceLink;
  #server: LinkHandlers | undefined;
  /** Bytes for a device that does not read. */
  #unreadBytes = 0;
  #reading = true;
  #linkOpen = true;
  #deviceOpen = true;

  constructor(device: DeviceSocketHandlers, options: MemorySocketOptions, connectionId: string) {
    this.#device = device;
    this.#options = options;
    this.#link = {
      connectionId,
      sendText: (text) => this.#toDevice(text.length, () => this.#device.onText(text)),
      sendBinary: (data) => {
        // The sender may use its buffer again; a network would have copied it.
        const copy = data.slice();
        this.#toDevice(copy.length, () => this.#device.onBinary(copy));
      },
      bufferedAmount: () => this.#unreadBytes,
      close: (code, reason) => this.#closeByServer(code, reason),
    };
  }

  readonly socket: DeviceSocket = {
    sendText: (text) => this.#toServer((server) => server.onText(text)),
    sendBinary: (data) => {
      const copy = data.slice();
      this.#toServer((server) => server.onBinary(copy));
    },
    stopReading: () => {
      this.#reading = false;
    },
    destroy: () => {
      if (!this.#deviceOpen) return;
      this.#deviceOpen = false;
      this.later(() => this.#closedByDevice());
    },
  };

  serve(accept: AcceptDevice, request: SocketRequest, remoteAddress: string): void {
    this.#server = accept(this.#link, {
      deviceId: request.deviceId.toLowerCase(),
      clientId: request.clientId,
      protocolVersion: protocolVersion(request.protocolVersion),
      remoteAddress,
    });
  }

  later(action: () => void): void {
    this.#options.clock.setTimeout(action, this.#options.latencyMs ?? 0);
  }

  #toServer(deliver: (server: LinkHandlers) => void): void {
    if (!this.#deviceOpen) return;
    this.later(() => {
      if (this.#linkOpen && this.#server !== undefined) deliver(this.#server);
    });
  }

  #toDevice(bytes: number, deliver: () => void): void {
    if (!this.#linkOpen) return;
    this.later(() => {
      if (!this.#deviceOpen) return;
      if (this.#reading) return deliver();
      this.#unreadBytes += bytes;
    });
  }

  #closeByServer(code: number, reason: string): void {
    if (!this.#linkOpen) return;
    this.#toDevice(0, () => this.#device.onCloseFrame(code, reason));
    this.#linkOpen = false;
    this.#server?.onClosed({ code, reason, byUs: true });
  }

  #closedByDevice(): void {
    if (!this.#linkOpen) return;
    this.#linkOpen = false;
    this.#server?.onClosed({ code: ABNORMAL_CLOSURE, reason: "", byUs: false });
  }
}
