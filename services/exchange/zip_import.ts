/**
 * Reads an export that is a ZIP file, and believes nothing that it says of itself.
 *
 * @module
 */

import { type FileEntry, Reader, ZipReader } from "@zip.js/zip.js";
import { messageOf } from "../../base/errors.ts";
import { isAudioPath } from "../audio_store/audio_store.ts";
import { ImportError } from "./errors.ts";
import { LINES_NAME } from "./export.ts";
import { type AudioSource, type ImportDeps, importLines, type ImportReport } from "./import.ts";
import { spool, type Spooled } from "./spool.ts";

/** Largest body, bytes: some ten thousand turns with audio of both sides. */
export const MAX_IMPORT_BYTES = 1024 * 1024 * 1024;
/** Most that all files together may unpack to, bytes. Audio hardly shrinks; text does, to a fifth or a tenth. */
const MAX_UNPACKED_BYTES = 4 * MAX_IMPORT_BYTES;
/** Times its packed size that one file may unpack to: text of conversations reaches ten, Deflate at its best a thousand. */
const MAX_RATIO = 200;
/** Files within: two sides of a hundred thousand turns. */
const MAX_FILES = 200_001;
/** One side of one turn, bytes: an hour of speech. */
const MAX_AUDIO_BYTES = 16 * 1024 * 1024;
/** How an Ogg file begins: RFC 3533 section 6. */
const OGG = new TextEncoder().encode("OggS");

/**
 * Brings a ZIP file in: its lines, and the audio that they name within it.
 *
 * @throws {ImportError} `import_too_large` or `import_bad_zip`; then nothing was applied.
 * @throws {HistoryError | AudioStoreError} As {@link importLines}.
 */
export async function importZip(
  deps: ImportDeps,
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  options: { readonly folder: string; readonly maxBytes?: number },
): Promise<ImportReport> {
  await using file = await spool(body, options.folder, options.maxBytes ?? MAX_IMPORT_BYTES);
  const zip = new ZipReader(new SpoolReader(file), { useWebWorkers: false, strictness: "strict" });
  try {
    const { lines, audio } = await entriesOf(zip);
    const source: AudioSource = async (name) => {
      const entry = audio.get(name);
      if (entry === undefined) return { refused: "expected the name of a file in audio/ within the ZIP file" };
      if (entry.uncompressedSize > MAX_AUDIO_BYTES) return { refused: `expected at most ${MAX_AUDIO_BYTES} bytes` };
      try {
        const bytes = await new Response(unpacked(entry)).bytes();
        return OGG.every((byte, at) => bytes[at] === byte) ? bytes : { refused: "expected an Ogg file" };
      } catch (error) {
        return { refused: `expected a whole file: ${messageOf(error)}` };
      }
    };
    // Its checksum stands at the end: read through once, so that nothing of a damaged file is applied.
    await unpacked(lines).pipeTo(new WritableStream()).catch((error) => {
      throw error instanceof ImportError ? error : bad(messageOf(error), error);
    });
    return await importLines(deps, unpacked(lines), source);
  } finally {
    await zip.close();
  }
}

async function entriesOf(zip: ZipReader<unknown>): Promise<{ lines: FileEntry; audio: ReadonlyMap<string, FileEntry> }> {
  const audio = new Map<string, FileEntry>();
  let lines: FileEntry | undefined;
  let total = 0;
  let count = 0;
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      const name = entry.filename;
      const shown = JSON.stringify(name.slice(0, 100));
      if (++count > MAX_FILES) throw bad(`it holds more than ${MAX_FILES} files`);
      if (entry.directory || name !== LINES_NAME && !isAudioPath(name)) {
        throw bad(`it holds ${shown}; expected ${LINES_NAME} and audio/<device>/<turn>.user.ogg or .reply.ogg alone`);
      }
      if (entry.encrypted) throw bad(`${shown} is encrypted`);
      if (lines !== undefined && name === LINES_NAME || audio.has(name)) throw bad(`it holds ${shown} twice`);
      total += entry.uncompressedSize;
      if (total > MAX_UNPACKED_BYTES) throw bad(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
      if (entry.uncompressedSize > MAX_RATIO * Math.max(entry.compressedSize, 100)) {
        throw bad(`${shown} unpacks to more than ${MAX_RATIO} times its size`);
      }
      if (name === LINES_NAME) lines = entry;
      else audio.set(name, entry);
    }
  } catch (error) {
    throw error instanceof ImportError ? error : bad(messageOf(error), error);
  }
  if (lines === undefined) throw bad(`it holds no ${LINES_NAME}`);
  return { lines, audio };
}

/** A file within, cut off with an error where it is longer than its entry says. */
function unpacked(entry: FileEntry): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = entry.uncompressedSize;
  const gate = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      left -= chunk.length;
      if (left < 0) throw bad(`${JSON.stringify(entry.filename)} is longer than it says`);
      controller.enqueue(chunk);
    },
  });
  entry.getData(gate.writable as WritableStream, { useWebWorkers: false, checkSignature: true })
    .catch((error) => gate.writable.abort(error instanceof ImportError ? error : bad(messageOf(error), error)).catch(() => {}));
  return gate.readable;
}

function bad(what: string, cause?: unknown): ImportError {
  return new ImportError(`The ZIP file cannot be imported: ${what}`, "import_bad_zip", cause);
}

/** Hands the file on disk to the ZIP reader piece by piece. */
class SpoolReader extends Reader<Spooled> {
  readonly #file: Spooled;

  constructor(file: Spooled) {
    super(file);
    this.#file = file;
    this.size = file.size;
  }

  override readUint8Array(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#file.read(index, length);
  }
}
