/**
 * Which requests go to a server that is near: on this machine, in its network, or beside it in a network of containers.
 *
 * @module
 */

/** Names and addresses that no proxy stands before. */
const NEAR_HOST =
  /^(?:localhost|[a-z\d_-]+|127(?:\.\d+){3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[::1\]|\[f[cd][\da-f]{2}:[\da-f:]+\])$/;

/** A header as it may be sent as it is, and that does not say how the message itself is sent. */
const HEADER_LINE =
  /^(?!(?:host|connection|content-length|transfer-encoding|expect|upgrade|te|trailer):)[!#$%&'*+\-.^_`|~\da-z]+: [\t\x20-\x7e]*$/i;

/** A request as it goes over the wire, and where to. */
export interface NearRequest {
  readonly hostname: string;
  readonly port: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const ENCODER = new TextEncoder();

/** The request, where it is a simple one to a near server; undefined where `fetch` has to make it. */
export function nearRequest(address: string, init: RequestInit = {}): NearRequest | undefined {
  const { method = "GET", headers = {}, body = null, redirect } = init;
  if (redirect !== "manual" || (method !== "GET" && method !== "POST")) return undefined;
  const sent = bytesOf(body);
  if (sent === undefined || headers instanceof Headers || Array.isArray(headers)) return undefined;
  const url = URL.parse(address);
  if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "" || !NEAR_HOST.test(url.hostname)) {
    return undefined;
  }
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n`;
  // Without a type `fetch` would make one up.
  let typed = typeof body !== "string";
  for (const [name, value] of Object.entries(headers)) {
    const line = `${name}: ${value}`;
    if (!HEADER_LINE.test(line)) return undefined;
    typed ||= name === "content-type";
    head += `${line}\r\n`;
  }
  if (!typed || (method === "GET" && sent.length > 0)) return undefined;
  if (method === "POST") head += `content-length: ${sent.length}\r\n`;
  head += "accept-encoding: identity\r\nuser-agent: xiaozhi\r\n\r\n";
  // One character of it is one byte.
  const bytes = new Uint8Array(head.length + sent.length);
  ENCODER.encodeInto(head, bytes);
  bytes.set(sent, head.length);
  return { hostname: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80), bytes };
}

function bytesOf(body: RequestInit["body"]): Uint8Array | undefined {
  if (body === null || body === undefined) return new Uint8Array();
  if (typeof body === "string") return ENCODER.encode(body);
  return body instanceof Uint8Array ? body : undefined;
}
