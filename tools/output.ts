/**
 * Where the programs of this folder write, so that nothing needs `console`.
 *
 * @module
 */

/** Writes text to standard output, all of it. */
export function print(text: string): void {
  writeAll(Deno.stdout, text);
}

/** Writes text to standard error, all of it. */
export function printError(text: string): void {
  writeAll(Deno.stderr, text);
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    // A reader such as `head` may leave early.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
