/**
 * Device sockets on npm:ws over node:http: about twice the frames per core of the native ones in half the memory, and a peer that never
 * answers a Close frame can be cut off.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import type { Clock, TimerId } from "../../base/clock.ts";
import { Census } from "./census.ts";
import { Connection, type SocketPort } from "./connection.ts";
import { CLOSE_CODE, CLOSE_TIMEOUT_MS } from "./limits.ts";
import type { DeviceTransport, TransportOptions } from "./options.ts";
import type { AcceptDevice, DeviceIdentity } from "./transport.ts";

/** What node:http hands over with an upgrade. */
export interface NodeUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What the transport needs beside the common options. */
export interface WsTransportOptions extends TransportOptions {
  readonly clock: Clock;
  /** Milliseconds that a peer has to answer a Close frame; {@link CLOSE_TIMEOUT_MS} by default. */
  readonly closeTimeoutMs?: number;
}

/** Takes upgrades of node:http. */
export interface WsTransport extends DeviceTransport {
  /** Answers the upgrade of an authorised device and hands the socket over. A malformed handshake is answered with 400. */
  upgrade(upgrade: NodeUpgrade, identity: DeviceIdentity, accept: AcceptDevice): void;
  /** Cuts every TCP connection that is left, for the end of a shutdown. */
  terminateAll(): void;
}

/** What ws reports for a message over `maxPayload`. */
const TOO_BIG_ERROR = "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";

/** Makes the transport on npm:ws. */
export function createWsTransport(options: WsTransportOptions): WsTransport {
  const { limits, logger, clock } = options;
  const closeTimeoutMs = options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
  const census = new Census();
  const open = new Set<Connection>();
  const held = new Set<WebSocket>();
  const serverOptions: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: Math.max(limits.maxTextBytes, limits.maxFrameBytes),
    // Where the peer sent Close and then keeps its TCP half open, ws alone knows that a close is under way.
    closeTimeout: closeTimeoutMs,
  };
  const server = new WebSocketServer(serverOptions);

  const take = (socket: WebSocket, identity: DeviceIdentity, accept: AcceptDevice) => {
    socket.binaryType = "arraybuffer";
    const move = census.enter();
    held.add(socket);
    let cut: TimerId | undefined;
    const leave = () => {
      open.delete(connection);
      move("pendingClose");
      cut ??= clock.setTimeout(() => socket.terminate(), closeTimeoutMs);
    };
    const port: SocketPort = {
      isOpen: () => socket.readyState === socket.OPEN,
      send: (data) => socket.send(data),
      bufferedAmount: () => socket.bufferedAmount,
      close: (code, reason) => {
        leave();
        socket.close(code, reason);
      },
    };
    const connection = new Connection(options.connectionId(), port, limits, logger);
    socket.on("message", (data: Buffer | ArrayBuffer, isBinary: boolean) => {
      if (isBinary) connection.binary(new Uint8Array(data as ArrayBuffer));
      else connection.text(data.toString(), data.byteLength);
    });
    socket.on("error", (error: Error & { readonly code?: string }) => {
      logger.debug("Connection {connectionId} broke: {reason}", { connectionId: connection.connectionId, reason: error.message });
      leave();
      if (error.code === TOO_BIG_ERROR) connection.close(CLOSE_CODE.tooBig, error.message);
      else connection.gone(CLOSE_CODE.abnormal, error.message);
    });
    socket.on("close", (code: number, reason: Buffer) => {
      leave();
      if (cut !== undefined) clock.clearTimeout(cut);
      held.delete(socket);
      move("gone");
      connection.gone(code, reason.toString());
    });
    move("open");
    open.add(connection);
    connection.open(accept, identity);
  };

  return {
    counts: () => census.counts(),
    closeAll: (code, reason) => [...open].forEach((connection) => connection.close(code, reason)),
    terminateAll: () => [...held].forEach((socket) => socket.terminate()),
    upgrade: ({ request, socket, head }, identity, accept) =>
      server.handleUpgrade(request, socket, head, (client: WebSocket) => take(client, identity, accept)),
  };
}
