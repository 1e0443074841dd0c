/**
 * The life of one device socket, whichever library carries it: limits, one end, and handlers that may throw.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { messageOf } from "../../base/errors.ts";
import type { DeviceLink } from "../../actors/device/link.ts";
import { CLOSE_CODE, fitReason, isSendableCode, type LinkLimits, reportedCode } from "./limits.ts";
import type { AcceptDevice, DeviceIdentity, LinkHandlers } from "./transport.ts";

/** The socket below a {@link Connection}. Its methods may throw. */
export interface SocketPort {
  /** Whether the socket takes messages. */
  isOpen(): boolean;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Bytes that wait to be sent. */
  bufferedAmount(): number;
  /** Begins the closing handshake, and makes sure of the end where the library can. */
  close(code: number, reason: string): void;
}

const encoder = new TextEncoder();

/** UTF-8 never takes more than three bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * A device socket from its opening to its end. Transports feed it what the socket says; it feeds the owner. Neither a throw of the owner
 * nor one of the socket leaves it.
 */
export class Connection implements DeviceLink {
  readonly connectionId: string;
  readonly #port: SocketPort;
  readonly #limits: LinkLimits;
  readonly #logger: Logger;
  #handlers: LinkHandlers | undefined;
  #end: { readonly code: number; readonly reason: string; readonly byUs: boolean } | undefined;

  constructor(connectionId: string, port: SocketPort, limits: LinkLimits, logger: Logger) {
    this.connectionId = connectionId;
    this.#port = port;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Gives the open socket to its owner. */
  open(accept: AcceptDevice, identity: DeviceIdentity): void {
    try {
      this.#handlers = accept(this, identity);
    } catch (error) {
      this.#failed(error);
    }
    // An owner that closes inside its own accept had no handlers yet to hear of it.
    if (this.#end !== undefined) this.#tellOwner();
  }

  /** A text message came; `bytes` is its length in UTF-8 where the library knows it. */
  text(text: string, bytes?: number): void {
    if (this.#end !== undefined) return;
    if (this.#isTooLong(text, bytes)) return this.close(CLOSE_CODE.tooBig, `Texts are at most ${this.#limits.maxTextBytes} bytes`);
    this.#guard(() => this.#handlers?.onText(text));
  }

  /** A binary message came. */
  binary(data: Uint8Array<ArrayBuffer>): void {
    if (this.#end !== undefined) return;
    if (data.byteLength > this.#limits.maxFrameBytes) {
      return this.close(CLOSE_CODE.tooBig, `Frames are at most ${this.#limits.maxFrameBytes} bytes`);
    }
    this.#guard(() => this.#handlers?.onBinary(data));
  }

  /** The socket ended, or is about to, not by our doing. */
  gone(code: number, reason: string): void {
    this.#finish({ code: reportedCode(code), reason, byUs: false });
  }

  sendText(text: string): void {
    this.#send(text, text.length);
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#send(data, data.byteLength);
  }

  bufferedAmount(): number {
    return this.#end === undefined ? this.#port.bufferedAmount() : 0;
  }

  close(code: number, reason: string): void {
    if (this.#end !== undefined) return;
    let wireCode = code;
    if (!isSendableCode(code)) {
      this.#logger.error("Close code {code} may not be sent, {instead} goes out", { code, instead: CLOSE_CODE.internal });
      wireCode = CLOSE_CODE.internal;
    }
    const wireReason = fitReason(reason);
    // The owner hears first: a socket whose close() throws is still one that the owner is rid of.
    this.#finish({ code: wireCode, reason: wireReason, byUs: true });
    try {
      this.#port.close(wireCode, wireReason);
    } catch (error) {
      this.#logger.warn("Connection {connectionId} could not send its Close frame: {error}", this.#about(error));
    }
  }

  #send(data: string | Uint8Array<ArrayBuffer>, bytes: number): void {
    if (this.#end !== undefined || !this.#port.isOpen()) return;
    if (this.#port.bufferedAmount() + bytes > this.#limits.maxBufferedBytes) {
      return this.close(CLOSE_CODE.policy, "The client does not read");
    }
    try {
      this.#port.send(data);
    } catch (error) {
      this.#failed(error);
    }
  }

  #isTooLong(text: string, bytes: number | undefined): boolean {
    const max = this.#limits.maxTextBytes;
    if (bytes !== undefined) return bytes > max;
    if (text.length > max) return true;
    if (text.length * MAX_BYTES_PER_UNIT <= max) return false;
    return encoder.encode(text).byteLength > max;
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#logger.error("Connection {connectionId} failed: {error}", this.#about(error));
    this.close(CLOSE_CODE.internal, "Internal error");
  }

  #finish(end: { readonly code: number; readonly reason: string; readonly byUs: boolean }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#tellOwner();
  }

  #tellOwner(): void {
    const handlers = this.#handlers;
    // The reference goes, so that a socket which TCP keeps alive keeps nothing of the session alive.
    this.#handlers = undefined;
    if (handlers === undefined || this.#end === undefined) return;
    try {
      handlers.onClosed(this.#end);
    } catch (error) {
      this.#logger.error("Connection {connectionId} failed in its owner's onClosed: {error}", this.#about(error));
    }
  }

  #about(error: unknown): { connectionId: string; error: string } {
    return { connectionId: this.connectionId, error: messageOf(error) };
  }
}
