/**
 * Signatures of webhooks, after Standard Webhooks (standardwebhooks.com), for which there are libraries in most languages.
 *
 * @module
 */

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

/** Reads a secret as a key. */
export function webhookKey(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(ENCODED)
    ? Uint8Array.from(atob(secret.slice(ENCODED.length)), (char) => char.charCodeAt(0))
    : new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** Whether a text can be the secret of a webhook. */
export function isWebhookSecret(secret: string): boolean {
  if (!secret.startsWith(ENCODED)) return true;
  const encoded = secret.slice(ENCODED.length);
  return encoded.length > 0 && encoded.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(encoded);
}

/** Signs a body at a time in Unix milliseconds. */
export async function sign(key: CryptoKey, id: string, wall: number, body: string): Promise<SignedHeaders> {
  const timestamp = String(Math.floor(wall / 1000));
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${new Uint8Array(signature).toBase64()}`,
  };
}
