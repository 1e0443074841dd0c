/**
 * Bodies with a limit on their size.
 *
 * @module
 */

import type { HttpBody } from "../../near_fetch/mod.ts";
import { AppError } from "../../../base/errors.ts";

/** A body is larger than allowed. */
export class BodyTooLarge extends AppError {
  constructor(limit: number) {
    super(`Body is larger than the ${limit} bytes allowed`, { code: "body_too_large" });
  }
}

/**
 * A whole body.
 *
 * @throws `BodyTooLarge`; what the stream throws.
 */
export async function readAll(body: HttpBody | null, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of body ?? []) {
    total += piece.length;
    if (total > limit) throw new BodyTooLarge(limit);
    pieces.push(piece);
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}
