/**
 * A WebSocket connection after its handshake, over bare TCP.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import type { DeviceSocket, DeviceSocketHandlers } from "./socket.ts";
import { encodeClientFrame, type Frame, FrameParser, OPCODE } from "./websocket_frames.ts";

/** How long data already handed over may take to leave before the connection is dropped, milliseconds: a server that reads takes far less. */
const FLUSH_LIMIT_MS = 250;

/** What a connection is made of. */
export interface TcpSocketOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly answerClose: boolean;
}

/** The device's end of a WebSocket. */
export class TcpDeviceSocket implements DeviceSocket {
  readonly #conn: Deno.Conn;
  readonly #handlers: DeviceSocketHandlers;
  readonly #options: TcpSocketOptions;
  readonly #parser = new FrameParser();
  /** Frames that wait for those before them to be written. */
  #queue: Uint8Array[] = [];
  #writing = false;
  #fragments: { opcode: number; parts: Uint8Array[] } | undefined;
  #reading = true;
  #destroyed = false;
  #gone = false;
  #closeFrameSeen = false;
  #flushTimer: TimerId | undefined;

  constructor(conn: Deno.Conn, handlers: DeviceSocketHandlers, options: TcpSocketOptions) {
    this.#conn = conn;
    this.#handlers = handlers;
    this.#options = options;
  }

  /** Starts reading; `first` are the bytes that came with the handshake. */
  start(first: Uint8Array<ArrayBuffer>): void {
    void this.#readLoop(first);
  }

  sendText(text: string): void {
    this.#send(OPCODE.text, new TextEncoder().encode(text));
  }

  sendBinary(data: Uint8Array<ArrayBuffer>): void {
    this.#send(OPCODE.binary, data);
  }

  stopReading(): void {
    this.#reading = false;
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    // The firmware's sends block until TCP has the data, so what was sent before must not be lost here.
    if (this.#gone || !this.#writing) return this.#close();
    this.#flushTimer = this.#options.clock.setTimeout(() => this.#close(), FLUSH_LIMIT_MS);
  }

  #send(opcode: number, payload: Uint8Array): void {
    if (this.#destroyed || this.#gone) return;
    const frame = encodeClientFrame(opcode, payload, this.#options.random.bytes(4));
    this.#queue.push(frame);
    if (!this.#writing) void this.#flush();
  }

  /** Writes what waits. Frames that are sent in one go leave in one: a wait for the network between them would be this client's, not a device's. */
  async #flush(): Promise<void> {
    this.#writing = true;
    try {
      // Frames that are sent right after the first go with it.
      await Promise.resolve();
      while (this.#queue.length > 0 && !this.#gone) {
        const bytes = joined(this.#queue.splice(0));
        for (let offset = 0; offset < bytes.length && !this.#gone;) offset += await this.#conn.write(bytes.subarray(offset));
      }
    } catch {
      this.#lose();
    } finally {
      this.#writing = false;
      if (this.#destroyed) this.#close();
    }
  }

  async #readLoop(first: Uint8Array<ArrayBuffer>): Promise<void> {
    const chunk = new Uint8Array(64 * 1024);
    let intact = this.#take(first);
    while (intact && this.#reading && !this.#destroyed) {
      const count = await this.#conn.read(chunk).catch(() => null);
      if (count === null) break;
      intact = this.#take(chunk.subarray(0, count));
    }
    // A client that stopped reading cannot notice the end either.
    if (this.#reading) this.#lose();
  }

  /** Whether the stream can still be cut into frames. */
  #take(bytes: Uint8Array): boolean {
    let frames: Frame[];
    try {
      frames = this.#parser.push(bytes);
    } catch (error) {
      this.#fault(messageOf(error));
      return false;
    }
    for (const frame of frames) {
      if (!this.#destroyed && this.#reading) this.#frame(frame);
    }
    return true;
  }

  #frame(frame: Frame): void {
    if (frame.masked) this.#fault("Server frame is masked; servers must not mask");
    if (frame.reserved !== 0) this.#fault(`Reserved bits ${frame.reserved} are set although no extension was offered`);
    if (this.#closeFrameSeen) return this.#fault(`Frame with opcode ${frame.opcode} after the Close frame`);
    if (frame.opcode >= 8 && (!frame.fin || frame.payload.length > 125)) {
      this.#fault("Control frame is fragmented or longer than 125 bytes");
    }
    switch (frame.opcode) {
      case OPCODE.text:
      case OPCODE.binary:
        if (this.#fragments !== undefined) this.#fault("New message before the last fragment of the one before");
        if (frame.fin) return this.#message(frame.opcode, frame.payload);
        this.#fragments = { opcode: frame.opcode, parts: [frame.payload] };
        return this.#handlers.onFault("websocket_fragmented", `Message begins with a fragment of ${frame.payload.length} bytes`);
      case OPCODE.continuation:
        return this.#continuation(frame);
      case OPCODE.ping:
        this.#send(OPCODE.pong, frame.payload);
        return this.#handlers.onPing();
      case OPCODE.pong:
        return;
      case OPCODE.close:
        return this.#closeFrame(frame.payload);
      default:
        return this.#fault(`Opcode ${frame.opcode} is reserved`);
    }
  }

  #continuation(frame: Frame): void {
    if (this.#fragments === undefined) return this.#fault("Continuation frame without a message to continue");
    this.#fragments.parts.push(frame.payload);
    if (!frame.fin) return;
    const { opcode, parts } = this.#fragments;
    this.#fragments = undefined;
    this.#message(opcode, joined(parts));
  }

  #message(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode === OPCODE.binary) return this.#handlers.onBinary(payload);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
    } catch {
      return this.#fault(`Text message of ${payload.length} bytes is not valid UTF-8`);
    }
    this.#handlers.onText(text);
  }

  #closeFrame(payload: Uint8Array<ArrayBuffer>): void {
    this.#closeFrameSeen = true;
    if (payload.length === 1) this.#fault("Close frame has a payload of 1 byte; it must be empty or begin with a 2-byte code");
    const code = payload.length >= 2 ? new DataView(payload.buffer).getUint16(0) : 1005;
    if (this.#options.answerClose) this.#send(OPCODE.close, payload);
    this.#handlers.onCloseFrame(code, new TextDecoder().decode(payload.subarray(2)));
  }

  #fault(detail: string): void {
    this.#handlers.onFault("websocket_framing", detail);
  }

  #lose(): void {
    if (this.#gone) return;
    this.#gone = true;
    const announce = !this.#destroyed;
    this.#destroyed = true;
    this.#close();
    if (announce) this.#handlers.onGone();
  }

  #close(): void {
    if (this.#flushTimer !== undefined) this.#options.clock.clearTimeout(this.#flushTimer);
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
