/**
 * A server that sends the bytes it is told to, whatever it is asked.
 *
 * @module
 */

/** A running server. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  /** Connections that were made. */
  readonly connections: number;
  /** Requests as they came, one for each time something was read. */
  readonly asked: readonly string[];
  /** Resolves when a client has left. */
  readonly left: Promise<void>;
  /** Closes the connections that are open. */
  hangUp(): void;
}

/** What is sent for a request: pieces, each in a write of its own; `undefined` closes the connection. */
export type Script = readonly (string | undefined)[];

/** Starts it on a free port; `script` gives what is sent for the request of a number, from 0 on. */
export function rawServer(script: (request: number) => Script): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const asked: string[] = [];
  const left = Promise.withResolvers<void>();
  const serving: Promise<void>[] = [];
  let connections = 0;
  const close = (conn: Deno.Conn) => {
    if (open.delete(conn)) conn.close();
  };
  const serve = async (conn: Deno.TcpConn) => {
    conn.setNoDelay(true);
    open.add(conn);
    const chunk = new Uint8Array(1 << 16);
    try {
      for (let count = await conn.read(chunk); count !== null; count = await conn.read(chunk)) {
        asked.push(new TextDecoder().decode(chunk.subarray(0, count)));
        for (const piece of script(asked.length - 1)) {
          if (piece === undefined) return;
          await conn.write(new TextEncoder().encode(piece));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    } catch {
      // The client is gone, or the test is over.
    } finally {
      close(conn);
      left.resolve();
    }
  };
  const accepting = async () => {
    for await (const conn of listener) {
      connections++;
      serving.push(serve(conn));
    }
  };
  const accepted = accepting();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    get connections() {
      return connections;
    },
    asked,
    left: left.promise,
    hangUp: () => [...open].forEach(close),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepted;
      [...open].forEach(close);
      await Promise.all(serving);
    },
  };
}
