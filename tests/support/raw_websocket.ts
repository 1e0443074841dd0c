/**
 * A WebSocket client on bare TCP that does what no library lets a client do: ignore a Close frame, never read, send what is forbidden,
 * vanish. It answers nothing by itself.
 *
 * @module
 */

/** Opcodes of RFC 6455. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as read from the server. */
export interface RawFrame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Where and how to connect. */
export interface RawConnectOptions {
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Sends an ordinary request, without the headers of an upgrade. */
  readonly plain?: boolean;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The bytes of one masked client frame. */
export function clientFrame(opcode: number, payload: Uint8Array, fin = true): Uint8Array<ArrayBuffer> {
  const header: number[] = [(fin ? 0x80 : 0) | opcode];
  if (payload.length < 126) header.push(0x80 | payload.length);
  else if (payload.length < 65536) header.push(0x80 | 126, payload.length >> 8, payload.length & 255);
  else header.push(0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (payload.length >>> shift) & 255));
  // A mask of zeros is a valid mask and leaves the payload as it is.
  header.push(0, 0, 0, 0);
  const frame = new Uint8Array(header.length + payload.length);
  frame.set(header);
  frame.set(payload, header.length);
  return frame;
}

/** One TCP connection to a server under test. */
export class RawWebSocket implements Disposable {
  /** HTTP status of the server's answer. */
  status = 0;
  /** Header block of the answer, as it came. */
  head = "";
  readonly #conn: Deno.TcpConn;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #ended = false;
  #closed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects, sends the request, reads the header block of the answer. */
  static async connect(options: RawConnectOptions): Promise<RawWebSocket> {
    const client = new RawWebSocket(await Deno.connect({ hostname: "127.0.0.1", port: options.port }));
    const upgrade: Record<string, string> = options.plain ? {} : {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const headers = { Host: `127.0.0.1:${options.port}`, ...upgrade, ...options.headers };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await client.bytes(encoder.encode(`${options.method ?? "GET"} ${options.path ?? "/"} HTTP/1.1\r\n${lines}\r\n`));
    for (;;) {
      const text = decoder.decode(client.#buffer);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        client.head = text.slice(0, end);
        client.status = Number(text.split(" ")[1]);
        client.#buffer = client.#buffer.slice(encoder.encode(text.slice(0, end + 4)).length);
        return client;
      }
      if (!await client.#fill()) throw new Error(`The server closed before it answered: ${text}`);
    }
  }

  /** Writes bytes as they are. Resolves to false where the server has cut the connection. */
  async bytes(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
      return true;
    } catch {
      return false;
    }
  }

  /** Sends a text frame. */
  text(text: string): Promise<boolean> {
    return this.bytes(clientFrame(OPCODE.text, encoder.encode(text)));
  }

  /** Sends a binary frame. */
  binary(payload: Uint8Array): Promise<boolean> {
    return this.bytes(clientFrame(OPCODE.binary, payload));
  }

  /** Sends a Close frame; without a code it is empty. */
  closeFrame(code?: number, reason = ""): Promise<boolean> {
    const payload = code === undefined ? new Uint8Array(0) : new Uint8Array([code >> 8, code & 255, ...encoder.encode(reason)]);
    return this.bytes(clientFrame(OPCODE.close, payload));
  }

  /** The next frame, or undefined once the server has ended the connection. */
  async frame(): Promise<RawFrame | undefined> {
    for (;;) {
      const frame = this.#take();
      if (frame !== undefined) return frame;
      if (!await this.#fill()) return undefined;
    }
  }

  /** Code of the next Close frame; other frames are skipped, 0 where the connection ends without one. */
  async closeCode(): Promise<number> {
    for (let frame = await this.frame(); frame !== undefined; frame = await this.frame()) {
      if (frame.opcode === OPCODE.close) return ((frame.payload[0] ?? 0) << 8) | (frame.payload[1] ?? 0);
    }
    return 0;
  }

  /** The body of a plain answer, read to its end. */
  async body(): Promise<string> {
    while (await this.#fill()) { /* until the server has said all */ }
    return decoder.decode(this.#buffer);
  }

  /** Waits until the server has ended the TCP connection. */
  async ended(): Promise<void> {
    while (await this.#fill()) { /* what comes is not wanted */ }
  }

  /** Ends the TCP connection without a word, as a device does. */
  vanish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.vanish();
  }

  #take(): RawFrame | undefined {
    const bytes = this.#buffer;
    if (bytes.length < 2) return undefined;
    const short = bytes[1]! & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < start) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const length = short === 126 ? view.getUint16(2) : short === 127 ? Number(view.getBigUint64(2)) : short;
    if (bytes.length < start + length) return undefined;
    this.#buffer = bytes.slice(start + length);
    return { fin: (bytes[0]! & 0x80) !== 0, opcode: bytes[0]! & 15, payload: bytes.slice(start, start + length) };
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = new Uint8Array(65536);
    const count = await this.#conn.read(chunk).catch(() => null);
    if (count === null) {
      this.#ended = true;
      return false;
    }
    const joined = new Uint8Array(this.#buffer.length + count);
    joined.set(this.#buffer);
    joined.set(chunk.subarray(0, count), this.#buffer.length);
    this.#buffer = joined;
    return true;
  }
}
