/**
 * A TCP proxy that does to connections what networks do: for tests of what stands between this project and a server.
 *
 * @module
 */

/** A running proxy. Every fault holds until {@link TcpProxy.heal}, unless it says otherwise. Disposing of it cuts all and stops listening. */
export interface TcpProxy extends AsyncDisposable {
  readonly hostname: string;
  /** The port that clients connect to; the same for the proxy's whole life. */
  readonly port: number;
  /** Connections that are open through the proxy. */
  readonly open: number;
  /** Connections that were ever accepted. */
  readonly accepted: number;
  /** Closes all connections now. New ones are taken. */
  cut(): void;
  /** Closes all connections and takes no more: who connects is told at once that nobody listens. */
  refuse(): Promise<void>;
  /** Takes connections and bytes, and passes nothing on in either direction: a black hole. */
  stall(): void;
  /** Passes everything on `ms` milliseconds late, in order. */
  delay(ms: number): void;
  /**
   * Passes on `bytes` bytes of what the server answers from now on, over all connections, and then closes the connection that the next byte
   * is for; connections after that one are whole again.
   */
  cutAfter(bytes: number): void;
  /** Ends all faults. What was held back by a stall is passed on, where its connection is still open. */
  heal(): void;
}

/** Where the proxy passes connections on to. */
export interface TcpTarget {
  readonly hostname?: string;
  readonly port: number;
}

/** How often a port that was given up is tried to be had again; another process rarely takes it meanwhile. */
const LISTEN_TRIES = 20;

/** Starts a proxy in front of `target`. */
export function tcpProxy(target: TcpTarget): TcpProxy {
  return new FaultyProxy(target);
}

type Link = { readonly client: Deno.TcpConn; server?: Deno.TcpConn; closed: boolean };

class FaultyProxy implements TcpProxy {
  readonly hostname = "127.0.0.1";
  readonly port: number;
  accepted = 0;
  readonly #target: { readonly hostname: string; readonly port: number };
  readonly #links = new Set<Link>();
  readonly #running = new Set<Promise<void>>();
  #listener: Deno.TcpListener | undefined;
  #serving: Promise<void> = Promise.resolve();
  #stalled: PromiseWithResolvers<void> | undefined;
  #delayMs = 0;
  #bytesLeft = Infinity;
  /** Ends waiting, when all is over. */
  readonly #over = new AbortController();

  constructor({ hostname = "127.0.0.1", port }: TcpTarget) {
    this.#target = { hostname, port };
    this.#listener = Deno.listen({ hostname: this.hostname, port: 0 });
    this.port = this.#listener.addr.port;
    this.#run(this.#serving = this.#serve(this.#listener));
  }

  get open(): number {
    return this.#links.size;
  }

  cut(): void {
    for (const link of [...this.#links]) this.#close(link);
  }

  async refuse(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    this.cut();
    // The port is given up only when nobody waits for a connection any more.
    await this.#serving;
  }

  stall(): void {
    this.#stalled ??= Promise.withResolvers();
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  heal(): void {
    this.#delayMs = 0;
    this.#bytesLeft = Infinity;
    this.#stalled?.resolve();
    this.#stalled = undefined;
    if (this.#listener !== undefined || this.#over.signal.aborted) return;
    this.#listener = listenAgain(this.hostname, this.port);
    this.#run(this.#serving = this.#serve(this.#listener));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.refuse();
    this.#stalled?.resolve();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #run(work: Promise<void>): void {
    const running: Promise<void> = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #serve(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const client of listener) {
        this.accepted++;
        const link: Link = { client, closed: false };
        this.#links.add(link);
        this.#run(this.#join(link));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  }

  async #join(link: Link): Promise<void> {
    try {
      await this.#stalled?.promise;
      if (link.closed) return;
      const server = await Deno.connect(this.#target);
      if (link.closed) return server.close();
      link.server = server;
    } catch {
      return this.#close(link);
    }
    this.#run(this.#pump(link, link.client, link.server, "up"));
    this.#run(this.#pump(link, link.server, link.client, "down"));
  }

  async #pump(link: Link, from: Deno.TcpConn, to: Deno.TcpConn, direction: "up" | "down"): Promise<void> {
    // Waiting for each chunk would add the delays up: the sender does not wait for the first chunk's arrival before it sends the second.
    let tail = Promise.resolve();
    const pass = async (chunk: Uint8Array | undefined, at: number) => {
      await this.#until(at);
      await this.#stalled?.promise;
      if (link.closed) return;
      if (chunk === undefined) return await to.closeWrite();
      const allowed = direction === "up" ? chunk : chunk.subarray(0, this.#bytesLeft);
      if (direction === "down") this.#bytesLeft -= allowed.byteLength;
      for (let sent = 0; sent < allowed.byteLength;) sent += await to.write(allowed.subarray(sent));
      if (allowed.byteLength === chunk.byteLength) return;
      this.#bytesLeft = Infinity;
      this.#close(link);
    };
    let failed = false;
    const queue = (chunk?: Uint8Array) => {
      const at = performance.now() + this.#delayMs;
      tail = tail.then(() => failed ? undefined : pass(chunk, at)).catch(() => {
        failed = true;
        this.#close(link);
      });
    };
    try {
      const buffer = new Uint8Array(65_536);
      for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
        queue(buffer.slice(0, read));
        // A black hole takes what is sent; else the receiver's pace is the sender's.
        if (this.#stalled === undefined && this.#delayMs === 0) await tail;
      }
      queue();
    } catch {
      this.#close(link);
    }
    await tail;
    if (direction === "down") this.#close(link);
  }

  #until(at: number): Promise<void> {
    const ms = at - performance.now();
    if (ms <= 0 || this.#over.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#over.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#over.signal.addEventListener("abort", done);
    });
  }

  #close(link: Link): void {
    if (link.closed) return;
    link.closed = true;
    this.#links.delete(link);
    for (const conn of [link.client, link.server]) {
      try {
        conn?.close();
      } catch {
        // Closed from the other side.
      }
    }
  }
}

function listenAgain(hostname: string, port: number): Deno.TcpListener {
  for (let tries = 1;; tries++) {
    try {
      return Deno.listen({ hostname, port });
    } catch (error) {
      if (tries === LISTEN_TRIES) throw error;
    }
  }
}
