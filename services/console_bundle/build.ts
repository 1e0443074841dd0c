/**
 * Bundles the sources of the console for browsers, in a worker of its own: the bundler is WebAssembly and would hold up every device for
 * seconds.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** The sources could not be bundled. `code` is `console_bundle_failed`. */
export class ConsoleBundleError extends AppError {}

/** A file for browsers. */
export interface BuiltFile {
  /** Its name, which holds a hash of its contents: `main-4f2k1x.js`. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same, compressed. */
  readonly br: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

/** What a run of the bundler makes. */
export interface BuiltBundle {
  /** Hash by path, from the project's root, of every file that went in. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Name of the script that the document loads. */
  readonly script: string;
  /** Name of the style sheet that the document loads. */
  readonly style: string;
  /** Names of scripts that {@link script} loads before it can run. */
  readonly preload: readonly string[];
  readonly files: readonly BuiltFile[];
}

/** What the worker answers. */
export type WorkerAnswer = { readonly ok: true; readonly bundle: BuiltBundle } | { readonly ok: false; readonly message: string };

/**
 * Bundles the console below the project's root.
 *
 * @throws {ConsoleBundleError} Where a source is wrong, or the bundler cannot run.
 */
export async function buildConsole(): Promise<BuiltBundle> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = await new Promise<WorkerAnswer>((resolve) => {
      worker.onmessage = (event: MessageEvent<WorkerAnswer>) => resolve(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve({ ok: false, message: event.message });
      };
    });
    if (answer.ok) return answer.bundle;
    throw new ConsoleBundleError(`Cannot build the console: ${answer.message}`, { code: "console_bundle_failed" });
  } finally {
    worker.terminate();
  }
}
