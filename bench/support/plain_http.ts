/**
 * A plain HTTP/1.1 server over bare TCP, for stages whose latencies are kept exactly: `Deno.serve` takes some tenths of a millisecond before
 * and after its handler, which would count as added by whoever asks. It knows what `fetch` sends, and no more.
 *
 * @module
 */

/** A request whose body is there. */
export interface PlainRequest {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** When its last byte was there, before anything was made of it; `performance.now()`. */
  readonly at: number;
}

/** An answer, of status 200 by default. */
export interface PlainAnswer {
  readonly status?: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  /** Resolves when it may leave; the bytes are ready by then. At once by default. */
  readonly mayLeave?: Promise<void>;
}

/** Serves on a free port of the loopback until the process ends; gives the port. */
export function servePlain(handler: (request: PlainRequest) => PlainAnswer): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void accept(listener, handler);
  return listener.addr.port;
}

async function accept(listener: Deno.TcpListener, handler: (request: PlainRequest) => PlainAnswer): Promise<void> {
  for await (const conn of listener) {
    conn.setNoDelay(true);
    // A client that aborts drops its connection.
    serveOne(conn, handler).catch(() => {}).finally(() => close(conn));
  }
}

async function serveOne(conn: Deno.Conn, handler: (request: PlainRequest) => PlainAnswer): Promise<void> {
  const chunk = new Uint8Array(64 * 1024);
  let bytes = new Uint8Array(0);
  let at = performance.now();
  for (;;) {
    const read = whole(bytes);
    if (read !== undefined) {
      bytes = bytes.slice(read.end);
      const answer = handler({ ...read.request, at });
      const leaving = written(answer);
      await answer.mayLeave;
      await writeAll(conn, leaving);
      continue;
    }
    const count = await conn.read(chunk);
    at = performance.now();
    if (count === null) return;
    bytes = joined(bytes, chunk.subarray(0, count));
  }
}

/** The first request in `bytes`, and where it ends; undefined until all of it is there. */
function whole(bytes: Uint8Array<ArrayBuffer>): { readonly request: Omit<PlainRequest, "at">; readonly end: number } | undefined {
  const headEnd = find(bytes, 0);
  if (headEnd < 0) return undefined;
  const head = new TextDecoder().decode(bytes.subarray(0, headEnd));
  const path = head.split(" ", 2)[1]?.split("?")[0] ?? "/";
  const start = headEnd + 4;
  if (/^transfer-encoding:.*chunked/im.test(head)) return chunked(bytes, start, path);
  const end = start + Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < end ? undefined : { request: { path, body: bytes.slice(start, end) }, end };
}

function chunked(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  path: string,
): { request: Omit<PlainRequest, "at">; end: number } | undefined {
  let body = new Uint8Array(0);
  for (let at = start;;) {
    const lineEnd = bytes.indexOf(0x0a, at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(new TextDecoder().decode(bytes.subarray(at, lineEnd)), 16);
    at = lineEnd + 1 + size + 2;
    if (Number.isNaN(size) || bytes.length < at) return undefined;
    if (size === 0) return { request: { path, body }, end: at };
    body = joined(body, bytes.subarray(lineEnd + 1, lineEnd + 1 + size));
  }
}

/** Where the empty line that ends a head begins; -1 where none has come. */
function find(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x0d, from); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
    if (bytes[at + 1] === 0x0a && bytes[at + 2] === 0x0d && bytes[at + 3] === 0x0a) return at;
  }
  return -1;
}

function written({ status = 200, type, body }: PlainAnswer): Uint8Array<ArrayBuffer> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const head = `HTTP/1.1 ${status} ${
    status === 200 ? "OK" : "Not Found"
  }\r\ncontent-type: ${type}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return joined(new TextEncoder().encode(head), bytes);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += await conn.write(bytes.subarray(offset));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
