/**
 * Device sockets on Deno.serve's own upgrade: same port as everything else, no dependency. What is odd about them stands in the comments;
 * each oddity was seen in Deno 2.9.
 *
 * @module
 */

import { Census } from "./census.ts";
import { Connection, type SocketPort } from "./connection.ts";
import { CLOSE_CODE } from "./limits.ts";
import type { DeviceTransport, TransportOptions } from "./options.ts";
import type { AcceptDevice, DeviceIdentity } from "./transport.ts";

/** Takes upgrades of Deno.serve. */
export interface NativeTransport extends DeviceTransport {
  /**
   * Answers the upgrade of an authorised device with 101 and hands the socket over once it is open.
   *
   * @throws {TypeError} When the request is no valid WebSocket upgrade.
   */
  upgrade(request: Request, identity: DeviceIdentity, accept: AcceptDevice): Response;
}

/** Makes the transport on Deno.serve. */
export function createNativeTransport(options: TransportOptions): NativeTransport {
  const census = new Census();
  const open = new Set<Connection>();
  return {
    counts: () => census.counts(),
    closeAll: (code, reason) => [...open].forEach((connection) => connection.close(code, reason)),
    upgrade(request, identity, accept) {
      // Time-outs send pings, which firmware up to 1.8.9 does not survive; liveness is the owner's business.
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
      socket.binaryType = "arraybuffer";
      const move = census.enter();
      const port: SocketPort = {
        isOpen: () => socket.readyState === WebSocket.OPEN,
        send: (data) => socket.send(data),
        bufferedAmount: () => socket.bufferedAmount,
        close: (code, reason) => {
          leave();
          socket.close(code, reason);
        },
      };
      const connection = new Connection(options.connectionId(), port, options.limits, options.logger);
      // The descriptor stays until the peer answers the Close frame or TCP gives up; nothing here can cut it, so it is counted.
      const leave = () => {
        open.delete(connection);
        move("pendingClose");
      };
      socket.onopen = () => {
        move("open");
        open.add(connection);
        connection.open(accept, identity);
      };
      socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
        if (typeof event.data === "string") connection.text(event.data);
        else connection.binary(new Uint8Array(event.data));
      };
      socket.onerror = (event) => {
        const reason = event instanceof ErrorEvent ? event.message : "";
        options.logger.debug("Connection {connectionId} broke: {reason}", { connectionId: connection.connectionId, reason });
        leave();
        connection.gone(CLOSE_CODE.abnormal, reason);
      };
      // Comes twice after an idle time-out or a close with unsent data; the connection and the census count the first.
      socket.onclose = (event) => {
        leave();
        move("gone");
        connection.gone(event.code, event.reason);
      };
      return response;
    },
  };
}
