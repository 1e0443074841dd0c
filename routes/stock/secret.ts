/**
 * The secret of a stock server.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a request brings the secret. Compared by hash, so that neither length nor the first wrong character shows in the time taken. */
export function bringsSecret(request: Request, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(secret)) && secret !== "";
}
