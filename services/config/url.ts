/**
 * Checks of addresses.
 *
 * @module
 */

/** Whether a text is a whole http or https address. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol);
}
