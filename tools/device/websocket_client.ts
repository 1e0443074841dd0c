/**
 * A small, strict WebSocket client over bare TCP. A browser-like one would answer Close frames, hide pings and fragments, offer extensions
 * and take no headers; a device does none of that.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { type Random, systemRandom } from "../../base/random.ts";
import { DeviceError } from "./errors.ts";
import type { DeviceSocket, DeviceSocketHandlers, OpenSocket, SocketRequest } from "./socket.ts";
import { TcpDeviceSocket } from "./tcp_socket.ts";
import { checkHandshakeAnswer, handshakeRequest } from "./websocket_handshake.ts";
import { parseWebSocketUrl, type WebSocketAddress } from "./websocket_url.ts";

/** How long the firmware waits for the answer to its upgrade request, milliseconds (78/esp-ml307 src/web_socket.cc). */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Longest head of an answer; real ones stay below 1 KB. */
const MAX_HEAD_BYTES = 16 * 1024;

/** What the client is made of. */
export interface WebSocketClientOptions {
  readonly clock: Clock;
  /** Source of keys and masks; the machine's by default. */
  readonly random?: Random;
  /** Whether a Close frame is answered; no by default, as in the firmware. */
  readonly answerClose?: boolean;
  /** Opens the TCP or TLS connection; Deno's own by default. */
  readonly connect?: (address: WebSocketAddress) => Promise<Deno.Conn>;
}

/** An {@link OpenSocket} over TCP, or TLS for `wss://`. */
export function webSocketClient(options: WebSocketClientOptions): OpenSocket {
  return async (request, handlers) => {
    const address = parseWebSocketUrl(request.url);
    const conn = await (options.connect ?? connectTcp)(address).catch((cause) => {
      throw new DeviceError(`No connection to ${address.host}:${address.port}: ${messageOf(cause)}`, {
        code: "server_not_connected",
        cause,
      });
    });
    try {
      return await upgrade(conn, address, request, handlers, options);
    } catch (error) {
      close(conn);
      throw error;
    }
  };
}

async function upgrade(
  conn: Deno.Conn,
  address: WebSocketAddress,
  request: SocketRequest,
  handlers: DeviceSocketHandlers,
  options: WebSocketClientOptions,
): Promise<DeviceSocket> {
  const random = options.random ?? systemRandom();
  const key = btoa(String.fromCharCode(...random.bytes(16)));
  let late = false;
  const timer = options.clock.setTimeout(() => {
    late = true;
    close(conn);
  }, HANDSHAKE_TIMEOUT_MS);
  try {
    await writeAll(conn, new TextEncoder().encode(handshakeRequest(address, request, key)));
    const { head, rest } = await readHead(conn);
    const faults = checkHandshakeAnswer(head, key, new TextDecoder().decode(rest));
    const socket = new TcpDeviceSocket(conn, handlers, { clock: options.clock, random, answerClose: options.answerClose ?? false });
    for (const fault of faults) handlers.onFault("websocket_handshake", fault);
    socket.start(rest);
    return socket;
  } catch (cause) {
    if (cause instanceof DeviceError) throw cause;
    const why = late ? `no answer to the upgrade within ${HANDSHAKE_TIMEOUT_MS} ms` : messageOf(cause);
    throw new DeviceError(`No connection to ${request.url}: ${why}`, { code: "server_not_connected", cause });
  } finally {
    options.clock.clearTimeout(timer);
  }
}

async function connectTcp(address: WebSocketAddress): Promise<Deno.Conn> {
  // The firmware resolves IPv4 only; a machine may resolve "localhost" to IPv6 first.
  const hostname = address.host === "localhost" ? "127.0.0.1" : address.host;
  if (address.secure) return await Deno.connectTls({ hostname, port: address.port });
  const conn = await Deno.connect({ hostname, port: address.port });
  conn.setNoDelay(true);
  return conn;
}

/** Reads up to the empty line; what came after it belongs to the frames. */
async function readHead(conn: Deno.Conn): Promise<{ head: string; rest: Uint8Array<ArrayBuffer> }> {
  let bytes = new Uint8Array(0);
  const chunk = new Uint8Array(4096);
  while (bytes.length <= MAX_HEAD_BYTES) {
    const count = await conn.read(chunk);
    if (count === null) throw new DeviceError("Server closed the connection instead of answering the upgrade", { code: "upgrade_refused" });
    const grown = new Uint8Array(bytes.length + count);
    grown.set(bytes);
    grown.set(chunk.subarray(0, count), bytes.length);
    bytes = grown;
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return { head: text.slice(0, end), rest: bytes.slice(end + 4) };
  }
  throw new DeviceError(`Server's answer to the upgrade has no end within ${MAX_HEAD_BYTES} bytes`, { code: "upgrade_refused" });
}

/** Writes all of `bytes`. */
async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += await conn.write(bytes.subarray(offset));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already by the time-out or by the peer: that is what was wanted.
  }
}
