/**
 * A TCP server that upgrades like a WebSocket server and then writes whatever bytes a test wants.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** What a server frame may look like, right or wrong. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
}

/** One accepted connection. */
export interface RawConnection {
  /** The request as it came, up to the empty line. */
  readonly request: string;
  write(...frames: RawFrame[]): Promise<void>;
  /** Bytes from the device; undefined when it has dropped the connection. */
  read(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** Bytes of a server frame. */
export function rawFrame({ opcode, payload = "", fin = true, reserved = 0, masked = false }: RawFrame): Uint8Array<ArrayBuffer> {
  const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const length = data.length < 126 ? [data.length] : [126, data.length >> 8, data.length & 255];
  length[0]! |= masked ? 0x80 : 0;
  return Uint8Array.of((fin ? 0x80 : 0) | (reserved << 4) | opcode, ...length, ...(masked ? [0, 0, 0, 0] : []), ...data);
}

/** A server for one connection; `answer` makes the head of the answer from the right accept key. */
export async function withRawServer(
  use: (url: string, connected: Promise<RawConnection>) => Promise<void>,
  answer: (accept: string) => string = goodAnswer,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connected = serveOne(listener, answer);
  connected.catch(() => {});
  try {
    await use(`ws://127.0.0.1:${listener.addr.port}/xiaozhi/v1/`, connected);
  } finally {
    listener.close();
    await connected.then((connection) => connection.close(), () => {});
  }
}

/** The answer of RFC 6455. */
export function goodAnswer(accept: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

async function serveOne(listener: Deno.TcpListener, answer: (accept: string) => string): Promise<RawConnection> {
  const conn = await listener.accept();
  const buffer = new Uint8Array(65_536);
  let request = "";
  while (!request.includes("\r\n\r\n")) request += new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
  const key = /Sec-WebSocket-Key: (\S+)/.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  await conn.write(new TextEncoder().encode(answer(accept)));
  let open = true;
  return {
    request,
    write: async (...frames) => {
      for (const frame of frames) await conn.write(rawFrame(frame));
    },
    read: async () => {
      const count = await conn.read(buffer).catch(() => null);
      return count === null ? undefined : buffer.slice(0, count);
    },
    close: () => {
      if (open) conn.close();
      open = false;
    },
  };
}
