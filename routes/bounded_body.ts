/**
 * Request bodies that cannot fill the memory.
 *
 * @module
 */

import { AppError } from "../base/errors.ts";

/**
 * The body of `request` as text.
 *
 * @throws {AppError} `body_too_large` once more than `maxBytes` have come; the rest is not read.
 */
export async function readBounded(request: Request, maxBytes: number): Promise<string> {
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new AppError(`The body has more than ${bytes - 1} bytes; at most ${maxBytes} are taken`, { code: "body_too_large" });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
