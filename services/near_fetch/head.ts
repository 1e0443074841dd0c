/**
 * The head of an HTTP/1.1 answer (RFC 9112), read strictly: what could be understood in two ways is refused.
 *
 * @module
 */

/** How the end of a body is told. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/** A head. */
export interface Head {
  readonly status: number;
  /** By their names in small letters; those of one name joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly framing: Framing;
  /** Whether the connection may be used again after the body. */
  readonly reusable: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n\0]*)?$/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~\dA-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*$/;

/** Digits of a length; longer ones are no safe integers. */
const LENGTH = /^\d{1,15}$/;

/** Statuses that have no body whatever the headers say. */
const isBodiless = (status: number) => status < 200 || status === 204 || status === 304;

/**
 * Reads a head without the end of its last line.
 *
 * @throws TypeError, as `fetch` does, for what is no head.
 */
export function parseHead(text: string): Head {
  const [first = "", ...lines] = text.replace(/\r$/, "").split(/\r?\n/);
  const [, minor, code] = STATUS_LINE.exec(first) ?? [];
  if (code === undefined) throw new TypeError("Server sent something that is no HTTP/1.1 answer");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new TypeError("Server sent a malformed header");
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  const status = Number(code);
  const framing = isBodiless(status) ? { kind: "none" } as const : framingOf(headers, minor === "1");
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  const stays = minor === "1" ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
  return { status, headers, framing, reusable: stays && framing.kind !== "close" };
}

function framingOf(headers: ReadonlyMap<string, string>, isNew: boolean): Framing {
  const length = headers.get("content-length");
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined) {
    if (length !== undefined || !isNew || coding.toLowerCase() !== "chunked") {
      throw new TypeError("Server says in two ways, or in none that is known, where its answer ends");
    }
    return { kind: "chunked" };
  }
  if (length === undefined) return { kind: "close" };
  const [one = "", ...others] = length.split(/, ?/);
  if (!LENGTH.test(one) || others.some((other) => other !== one)) throw new TypeError("Server sent no number as the length of its answer");
  return { kind: "length", length: Number(one) };
}
