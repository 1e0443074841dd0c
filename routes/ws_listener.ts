/**
 * The port of its own that device sockets have when the transport is `ws`: node:http takes the connections, the same door as on the main
 * port decides before the upgrade, npm:ws does the rest.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server } from "node:http";
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Logger } from "@logtape/logtape";
import { type Clock, delay } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { type DeviceDoor, isDevicePath } from "./device.ts";
import { type Listener, listenError } from "./listener.ts";
import { problemResponse } from "./problem.ts";
import { CLOSE_TIMEOUT_MS } from "./transport/limits.ts";
import type { AcceptDevice } from "./transport/transport.ts";
import type { WsTransport } from "./transport/ws.ts";

/** What the listener needs. */
export interface WsListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly door: DeviceDoor;
  readonly transport: WsTransport;
  readonly accept: AcceptDevice;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Connections that wait to be accepted when a fleet comes back at once; the kernel cuts it to its own maximum. */
const BACKLOG = 4096;

/**
 * Begins to listen.
 *
 * @throws {ListenError} Where the address cannot be had; says which and what to do.
 */
export async function listenWs(options: WsListenerOptions): Promise<Listener> {
  const { host, clock, logger, transport, accept } = options;
  const server = createServer((incoming, outgoing) => {
    const request = asRequest(incoming);
    const answer = request === undefined ? malformed() : decide(options, request, incoming);
    Promise.resolve(answer).then(async (answered) => {
      const response = answered ?? malformed();
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    }).catch((error) => {
      logger.warn("A request on the device port failed: {error}", { error: messageOf(error) });
      outgoing.destroy();
    });
  });
  // node:http forgets a socket that asked for an upgrade, so those that no transport has taken, or that were refused, are kept here.
  const untaken = new Set<Duplex>();
  server.on("upgrade", (incoming, socket, head) => {
    untaken.add(socket);
    socket.once("close", () => untaken.delete(socket));
    // Until ws takes it over nobody else listens, and an error without a listener would end the process.
    const onError = (error: Error) => logger.debug("A socket broke before its upgrade: {error}", { error: error.message });
    socket.on("error", onError);
    const request = asRequest(incoming);
    const answered = request === undefined ? Promise.resolve(malformed()) : decide(options, request, incoming, (identity) => {
      socket.removeListener("error", onError);
      untaken.delete(socket);
      transport.upgrade({ request: incoming, socket, head }, identity, accept);
      return undefined;
    });
    answered.then(async (response) => {
      if (response !== undefined) await refuse(socket, response, clock);
    }).catch((error) => {
      logger.warn("An upgrade failed: {error}", { error: messageOf(error) });
      socket.destroy();
    });
  });
  const port = await opened(server, host, options.port);
  server.on("error", (error) => logger.error("The device port failed: {error}", { error: messageOf(error) }));
  let stopping = false;
  return {
    address: { hostname: host, port },
    listening: () => server.listening && !stopping,
    async shutdown(deadlineMs) {
      stopping = true;
      const deadline = new AbortController();
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      transport.closeAll(1001, "The server is stopping");
      server.closeIdleConnections();
      const late = delay(clock, deadlineMs, deadline.signal).then(() => {
        transport.terminateAll();
        server.closeAllConnections();
        untaken.forEach((socket) => socket.destroy());
      }, () => {});
      await Promise.race([ended, late]);
      deadline.abort();
      await ended;
    },
  };
}

type LetIn = Parameters<DeviceDoor>[2];

async function decide(
  { door }: WsListenerOptions,
  request: Request,
  incoming: IncomingMessage,
  letIn: LetIn = () => undefined,
): Promise<Response | undefined> {
  if (!isDevicePath(new URL(request.url).pathname)) {
    const title = "This port takes device sockets at /xiaozhi/v1/ alone";
    return problemResponse({ status: 404, code: "not_found", title });
  }
  return await door(request, incoming.socket.remoteAddress ?? "", letIn);
}

function malformed(): Response {
  return problemResponse({ status: 400, code: "malformed_request", title: "The request has no valid address" });
}

/** The request as the door knows it, or undefined where its target or a header is none. */
function asRequest(incoming: IncomingMessage): Request | undefined {
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    }
    return new Request(new URL(incoming.url ?? "/", "http://device"), { method: incoming.method ?? "GET", headers });
  } catch {
    return undefined;
  }
}

/** Answers with a refusal and ends the socket, which stays open for ever where the client does not end its side. */
async function refuse(socket: Duplex, response: Response, clock: Clock): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (socket.destroyed) return;
  const headers = [...response.headers, ["content-length", String(body.length)], ["connection", "close"]];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const cut = clock.setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
  socket.once("close", () => clock.clearTimeout(cut));
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${response.status} Refused\r\n${lines}\r\n`), body]));
}

function opened(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(listenError(error, host, port, { host: "server.host", port: "server.wsPort" }));
    server.once("error", fail);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.removeListener("error", fail);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
