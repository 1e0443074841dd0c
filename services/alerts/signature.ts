/**
 * Signatures of webhooks, after Standard Webhooks (standardwebhooks.com), for which there are libraries in most languages.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

/** What begins a secret that is Base64 of the key; any other secret is the key as it stands. */
const ENCODED = "whsec_";

/** What a receiver checks. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  /** Unix seconds. A receiver refuses what is older than some minutes, so that nobody can send it again. */
  readonly "webhook-timestamp": string;
  /** HMAC-SHA256 of id, timestamp and body, joined by points. */
  readonly "webhook-signature": string;
}

/** Whether a text can be the secret of a webhook. */
export function isWebhookSecret(secret: string): boolean {
  if (!secret.startsWith(ENCODED)) return true;
  const encoded = secret.slice(ENCODED.length);
  return encoded.length > 0 && encoded.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
}

/** Signs a body at a time in Unix milliseconds. `secret` is as {@link isWebhookSecret} wants it. */
export function sign(secret: string, id: string, wall: number, body: string): SignedHeaders {
  const timestamp = String(Math.floor(wall / 1000));
  const key = secret.startsWith(ENCODED) ? Buffer.from(secret.slice(ENCODED.length), "base64") : secret;
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
