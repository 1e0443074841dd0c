/**
 * A body on disk for as long as it is needed: a ZIP file is read from its end, where its directory is.
 *
 * @module
 */

import { join } from "node:path";
import { ImportError } from "./errors.ts";

/** A file that is deleted on disposal. */
export interface Spooled extends AsyncDisposable {
  readonly size: number;
  /** Bytes from `start`, at most `length` of them. */
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Writes a body to a fresh file in `folder`.
 *
 * @throws {ImportError} `import_too_large` once more than `maxBytes` have come; the rest is not read, and nothing stays.
 */
export async function spool(body: AsyncIterable<Uint8Array<ArrayBuffer>>, folder: string, maxBytes: number): Promise<Spooled> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await Deno.makeTempFile({ dir: folder, prefix: "import-" });
  const file = await Deno.open(path, { read: true, write: true });
  const dispose = async () => {
    file.close();
    await Deno.remove(path).catch(() => {});
  };
  let size = 0;
  try {
    for await (const chunk of bounded(body, maxBytes)) {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      size += chunk.length;
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    size,
    async read(start, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)));
      await file.seek(start, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) {
        const count = await file.read(bytes.subarray(at));
        if (count === null) return bytes.subarray(0, at);
        at += count;
      }
      return bytes;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/**
 * The same body, which may not go on for ever.
 *
 * @throws {ImportError} `import_too_large`.
 */
export async function* bounded(body: AsyncIterable<Uint8Array<ArrayBuffer>>, maxBytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new ImportError(`The file has more than ${maxBytes} bytes, which is the most that is taken`, "import_too_large");
    }
    yield chunk;
  }
}

/** Deletes what an import left in `folder` when the process ended in its middle. */
export async function clearSpool(folder: string): Promise<void> {
  await Deno.remove(join(folder), { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
