/**
 * The opening handshake (RFC 6455 section 4), written by hand as the firmware's client writes it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { DeviceError } from "./errors.ts";
import type { SocketRequest } from "./socket.ts";
import type { WebSocketAddress } from "./websocket_url.ts";

/** The GUID of RFC 6455 section 1.3. */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The request, byte for byte in the firmware's order: Host without the port, then the headers sorted by name. */
export function handshakeRequest(address: WebSocketAddress, request: SocketRequest, key: string): string {
  const headers: [string, string][] = [
    ["Client-Id", request.clientId],
    ["Connection", "Upgrade"],
    ["Device-Id", request.deviceId],
    ["Protocol-Version", String(request.protocolVersion)],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
    ["Upgrade", "websocket"],
  ];
  if (request.token !== "") headers.unshift(["Authorization", request.token.includes(" ") ? request.token : `Bearer ${request.token}`]);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `GET ${address.path} HTTP/1.1\r\nHost: ${address.host}\r\n${lines}\r\n`;
}

/** Characters of a refusal that are shown: a sentence or two, not a page. */
const MAX_REASON = 300;

/**
 * Checks the server's answer.
 *
 * @param body What came after the head: the reason of a refusal, for people.
 * @returns What RFC 6455 forbids in it although the firmware would accept it.
 * @throws DeviceError `upgrade_refused` when it is not a 101.
 */
export function checkHandshakeAnswer(head: string, key: string, body = ""): string[] {
  const [status = "", ...lines] = head.split("\r\n");
  if (!status.startsWith("HTTP/1.1 101")) {
    const said = reasonIn(body);
    throw new DeviceError(`Server refused the upgrade with "${status}"${said}; a device needs HTTP/1.1 101`, { code: "upgrade_refused" });
  }
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const faults: string[] = [];
  const accept = createHash("sha1").update(key + ACCEPT_GUID).digest("base64");
  if (headers.get("sec-websocket-accept") !== accept) {
    faults.push(`Sec-WebSocket-Accept is ${headers.get("sec-websocket-accept")}; ${accept} would be right`);
  }
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") faults.push(`Upgrade is ${headers.get("upgrade")}; websocket would be right`);
  if (!/\bupgrade\b/i.test(headers.get("connection") ?? "")) {
    faults.push(`Connection is ${headers.get("connection")}; Upgrade would be right`);
  }
  for (const name of ["sec-websocket-extensions", "sec-websocket-protocol"]) {
    const value = headers.get(name);
    if (value !== null) faults.push(`${name} is ${value}, but the device offered none`);
  }
  return faults;
}

/** The sentence of a problem+json body or a short text. */
function reasonIn(body: string): string {
  let said = body;
  try {
    const { title, detail } = JSON.parse(body) as { title?: unknown; detail?: unknown };
    said = [title, detail].filter((part) => typeof part === "string").join(": ");
  } catch {
    // A text says it as it is.
  }
  return said === "" ? "" : ` (${said.slice(0, MAX_REASON).trim()})`;
}
