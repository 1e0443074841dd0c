/**
 * Lines of a stream of bytes, each of bounded length.
 *
 * @module
 */

/** A line of a file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined where the line is longer than it may be, or no UTF-8. */
  readonly text: string | undefined;
}

const LF = 10;

/** The lines of `body`. A line of more than `maxBytes` is passed over without being kept; a last line needs no end. */
export async function* linesOf(body: AsyncIterable<Uint8Array<ArrayBuffer>>, maxBytes: number): AsyncGenerator<Line> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array) => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  const line = (): Line => {
    const text = length > maxBytes ? undefined : decoded(parts);
    parts = [];
    length = 0;
    return { number: ++number, text };
  };
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) yield line();
}

function decoded(parts: readonly Uint8Array[]): string | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  } catch {
    return undefined;
  }
}
