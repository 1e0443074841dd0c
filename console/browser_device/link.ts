/**
 * The way to the server, as hardware takes it: ask OTA, open the socket, exchange hellos. In place of the token that hardware shows in a
 * header, which browsers cannot set, it shows a ticket for one use.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { ApiError, problemOf } from "../api/problem.ts";
import type { Identity } from "./identity.ts";
import { helloText } from "./messages.ts";
import { type FromServer, readServerMessage } from "./server_message.ts";
import { TroubleError } from "./trouble.ts";

/** What the server's hello says. */
export interface HelloFacts {
  readonly sessionId: string;
  /** Samples per second at which the server encodes. */
  readonly sampleRate: number;
  /** Milliseconds of one packet. */
  readonly frameMs: number;
}

/** An open connection. */
export interface Link {
  /** Address without its query. */
  readonly url: string;
  readonly hello: HelloFacts;
  sendText(text: string): void;
  sendAudio(packet: Uint8Array<ArrayBuffer>): void;
  /** Ends it without {@link LinkEvents.lost}. */
  close(): void;
}

/** What a connection tells. */
export interface LinkEvents {
  /** A text as it came, and what it means to a device. */
  text(text: string, message: FromServer | undefined): void;
  packet(packet: Uint8Array<ArrayBuffer>): void;
  /** A text that was sent. */
  sent(text: string): void;
  /** The server ended it, or it broke. */
  lost(code: number, reason: string): void;
}

/** Opens a connection; rejects with a {@link TroubleError}. An aborted signal ends the try. */
export type OpenLink = (events: LinkEvents, signal: AbortSignal) => Promise<Link>;

/** The part of a WebSocket that is used. */
export type Socket = Pick<WebSocket, "binaryType" | "onopen" | "onmessage" | "onclose" | "send" | "close" | "readyState">;

/** What {@link linkOpener} needs. */
export interface LinkOptions {
  readonly clock: Clock;
  readonly identity: Identity;
  /** Version of the page and language of the person, as OTA is told of a firmware. */
  readonly version: string;
  readonly language: string;
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
  /** Asks the server for a ticket; throws an `ApiError`. */
  readonly ticket: (identity: Identity) => Promise<{ readonly ticket: string; readonly port?: number }>;
  readonly openSocket: (url: string) => Socket;
  /** Where the page came from. */
  readonly location: Pick<Location, "protocol" | "hostname" | "host">;
}

/** How long the firmware waits for the server's hello (main/protocols/websocket_protocol.cc), milliseconds. */
export const HELLO_TIMEOUT_MS = 10_000;

/** What firmware assumes of a hello that does not say. */
const DEFAULTS = { sessionId: "", sampleRate: 24_000, frameMs: 60 };

/** `WebSocket.OPEN`, which is no global where this is tested. */
const OPEN = 1;

/** Makes the opener. */
export function linkOpener(options: LinkOptions): OpenLink {
  return async (events, signal) => {
    await askOta(options);
    const { ticket, port } = await askTicket(options);
    if (signal.aborted) throw new TroubleError("ended");
    const { protocol, hostname, host } = options.location;
    const secure = protocol === "https:";
    const url = `${secure ? "wss" : "ws"}://${port === undefined || secure ? host : `${hostname}:${port}`}/xiaozhi/v1/`;
    const { deviceId, clientId } = options.identity;
    const query = new URLSearchParams({ "device-id": deviceId, "client-id": clientId, ticket });
    return await greet(options, options.openSocket(`${url}?${query}`), url, events, signal);
  };
}

/** Registers the device and learns whether it may come. The answer's address is for devices that know no other. */
async function askOta({ fetch, identity, version, language }: LinkOptions): Promise<void> {
  let response: Response;
  try {
    response = await fetch("/xiaozhi/ota/", {
      method: "POST",
      headers: { "content-type": "application/json", "device-id": identity.deviceId, "client-id": identity.clientId },
      body: JSON.stringify({ language, application: { name: "browser", version }, board: { type: "browser", name: "browser" } }),
    });
  } catch (error) {
    throw new TroubleError("unreachable", "", error);
  }
  if (response.ok) return;
  const { status, message } = await problemOf(response);
  throw new TroubleError(status === 403 ? "not_allowed" : "refused", message);
}

async function askTicket({ ticket, identity }: LinkOptions): Promise<{ readonly ticket: string; readonly port?: number }> {
  try {
    return await ticket(identity);
  } catch (error) {
    if (!(error instanceof ApiError)) throw new TroubleError("unreachable", messageOf(error), error);
    if (error.status === 0) throw new TroubleError("unreachable", "", error);
    throw new TroubleError(error.status === 401 || error.code === "viewer_only" ? "not_operator" : "refused", error.message, error);
  }
}

function greet({ clock }: LinkOptions, socket: Socket, url: string, events: LinkEvents, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    let ended = false;
    let opened = false;
    let greeted = false;
    const end = () => {
      ended = true;
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      socket.close();
    };
    const give = (error: TroubleError) => {
      end();
      reject(error);
    };
    const cancel = () => give(new TroubleError("ended"));
    const timer = clock.setTimeout(() => give(new TroubleError(opened ? "no_hello" : "unreachable")), HELLO_TIMEOUT_MS);
    signal.addEventListener("abort", cancel, { once: true });
    const sendText = (text: string) => {
      if (ended || socket.readyState !== OPEN) return;
      socket.send(text);
      events.sent(text);
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = true;
      sendText(helloText());
    };
    socket.onclose = ({ code, reason }) => {
      if (ended) return;
      if (!greeted) return give(new TroubleError(opened ? "no_hello" : "refused", reason));
      end();
      events.lost(code, reason);
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (ended) return;
      if (typeof data !== "string") return events.packet(new Uint8Array(data));
      const message = readServerMessage(data);
      events.text(data, message);
      if (greeted || message?.type !== "hello" || message.transport !== "websocket") return;
      greeted = true;
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      const { sessionId, sampleRate, frameMs } = { ...DEFAULTS, ...message };
      resolve({
        url,
        hello: { sessionId, sampleRate, frameMs },
        sendText,
        sendAudio: (packet) => void (!ended && socket.readyState === OPEN && socket.send(packet)),
        close: end,
      });
    };
  });
}
