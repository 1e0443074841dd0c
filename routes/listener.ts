/**
 * The HTTP server on Deno.serve, kept alive: running out of file descriptors ends Deno's listener while its open sockets live on, so it is
 * served again.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../base/clock.ts";
import { AppError, messageOf } from "../base/errors.ts";

/** A listener that could not be had. `code` is `port_taken`, `port_forbidden`, `address_unknown` or `listen_failed`. */
export class ListenError extends AppError {}

/** The part of a Deno.serve server that is used. */
export interface HttpServer {
  readonly addr: { readonly hostname: string; readonly port: number };
  /** Settles when the server has ended: rejects when its listener failed. */
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

/** Answers requests. */
export type RequestHandler = (request: Request, info: { readonly remoteAddr: Deno.Addr }) => Response | Promise<Response>;

/** Begins to serve; Deno.serve in the shape of {@link denoServe}, or a fake. Throws where the port cannot be had. */
export type Serve = (options: { readonly hostname: string; readonly port: number }, handler: RequestHandler) => HttpServer;

/** What a listener needs. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly handler: RequestHandler;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly serve?: Serve;
  /** @default {SERVER_KEYS} */
  readonly keys?: AddressKeys;
}

/** What a person changes to have another address: keys of the configuration, or options of a program. */
export interface AddressKeys {
  readonly host: string;
  readonly port: string;
}

const SERVER_KEYS: AddressKeys = { host: "server.host", port: "server.port" };

/** A running server. */
export interface Listener {
  /** Where it listens; the port is the real one. */
  readonly address: { readonly hostname: string; readonly port: number };
  /** Whether connections are taken at this moment: not between a failed listener and the next. */
  listening(): boolean;
  /** Takes no new connection at once and lets requests finish for `deadlineMs`; what is left then ends with the process. Never rejects. */
  shutdown(deadlineMs: number): Promise<void>;
}

/** First pause before serving again: descriptors come back as soon as some sockets close. */
const FIRST_BACK_OFF_MS = 100;

/** Longest pause: a device retries its OTA request after 10 s, and a port must be back by then. */
const MAX_BACK_OFF_MS = 5000;

/** A listener that lived this long was healthy: the next failure begins with the first pause again. */
const HEALTHY_MS = 60_000;

/** Deno.serve without its greeting on the console. */
export function denoServe(options: Parameters<Serve>[0], handler: RequestHandler): HttpServer {
  return Deno.serve({ ...options, onListen: () => {} }, handler);
}

/**
 * Begins to serve.
 *
 * @throws {ListenError} Where the address cannot be had; says which and what to do.
 */
export function listen(options: ListenerOptions): Listener {
  const { host, clock, logger, serve = denoServe, keys = SERVER_KEYS } = options;
  const stopping = new AbortController();
  const start = (port: number) => serve({ hostname: host, port }, options.handler);
  let server: HttpServer | undefined;
  try {
    server = start(options.port);
  } catch (error) {
    throw listenError(error, host, options.port, keys);
  }
  const address = { hostname: server.addr.hostname, port: server.addr.port };

  const keepServing = async (): Promise<void> => {
    let backOffMs = FIRST_BACK_OFF_MS;
    while (!stopping.signal.aborted) {
      if (server !== undefined) {
        const since = clock.now();
        const reason = await server.finished.then(() => "it ended by itself", messageOf);
        if (stopping.signal.aborted) return;
        server = undefined;
        if (clock.now() - since >= HEALTHY_MS) backOffMs = FIRST_BACK_OFF_MS;
        logger.error("The listener on port {port} failed and is opened again in {backOffMs} ms: {reason}", {
          port: address.port,
          backOffMs,
          reason,
        });
      }
      try {
        await delay(clock, backOffMs, stopping.signal);
      } catch {
        return;
      }
      backOffMs = Math.min(backOffMs * 2, MAX_BACK_OFF_MS);
      try {
        server = start(address.port);
        logger.info("Listening on port {port} again", { port: address.port });
      } catch (error) {
        logger.error("Port {port} cannot be opened again yet: {error}", { port: address.port, error: messageOf(error) });
      }
    }
  };
  const kept = keepServing();

  return {
    address,
    listening: () => server !== undefined && !stopping.signal.aborted,
    async shutdown(deadlineMs) {
      const last = server;
      stopping.abort();
      const deadline = new AbortController();
      const ended = (async () => {
        await last?.shutdown();
        await kept;
      })().catch((error) => logger.warn("The listener did not stop cleanly: {error}", { error: messageOf(error) }));
      const late = delay(clock, deadlineMs, deadline.signal).then(() => {
        // Deno cannot cut them: aborting the signal of a server that is shutting down throws where nobody can catch it (2.9).
        logger.warn("Requests were still running after {deadlineMs} ms and are left to the end of the process", { deadlineMs });
      }, () => {});
      await Promise.race([ended, late]);
      deadline.abort();
      await late;
    },
  };
}

/** What to tell a person whose port could not be opened. */
export function listenError(error: unknown, host: string, port: number, keys: AddressKeys): ListenError {
  const where = `${host}:${port}`;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Deno.errors.AddrInUse || code === "EADDRINUSE") {
    return new ListenError(`Cannot listen on ${where}: another program uses port ${port}; stop it, or set ${keys.port} to a free port`, {
      code: "port_taken",
      cause: error,
    });
  }
  if (error instanceof Deno.errors.PermissionDenied || code === "EACCES") {
    return new ListenError(`Cannot listen on ${where}: this user may not open port ${port}; set ${keys.port} to 1024 or above`, {
      code: "port_forbidden",
      cause: error,
    });
  }
  if (error instanceof Deno.errors.AddrNotAvailable || code === "EADDRNOTAVAIL") {
    const right = `set ${keys.host} to one it has, or to 0.0.0.0`;
    return new ListenError(`Cannot listen on ${where}: this machine has no address ${host}; ${right}`, {
      code: "address_unknown",
      cause: error,
    });
  }
  const right = `set ${keys.host} and ${keys.port} to an address of this machine`;
  return new ListenError(`Cannot listen on ${where}: ${messageOf(error)}; ${right}`, { code: "listen_failed", cause: error });
}
