/**
 * Short sentences that are spoken already, for the moments when nothing can synthesise them.
 *
 * @module
 */

import { readOggOpus } from "../../audio/ogg/mod.ts";
import type { SpeechAudio } from "../../audio/types.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import { type ClipLanguage, type ClipManifest, type ClipName, MANIFEST_FILE, parseManifest, same } from "./manifest.ts";

export type { ClipLanguage, ClipName } from "./manifest.ts";

/** A spoken sentence. */
export interface Clip {
  /** What is said. */
  readonly text: string;
  /** Its length in milliseconds. */
  readonly durationMs: number;
  /** Opus packets of 60 ms, mono, made at 24 kHz. */
  readonly packets: readonly Uint8Array<ArrayBuffer>[];
  /** The packets as a synthesiser would give them; each call gives them from the start. */
  audio(): SpeechAudio;
}

/** The clips of a folder. */
export interface Clips {
  /**
   * A clip; its file is read when it is asked for first, and kept.
   *
   * @throws `AppError` with code `clips_unusable`; the next call tries again.
   */
  get(name: ClipName, language: ClipLanguage): Promise<Clip>;
}

/** What {@link loadClips} takes. */
export interface ClipsOptions {
  /** Where the clips are; the project's own by default. */
  readonly folder?: URL;
  /** Reads a file; the machine's by default. */
  readonly readFile?: (path: URL) => Promise<Uint8Array>;
}

/** Opens the clips. Nothing is read before a clip is asked for. */
export function loadClips(options: ClipsOptions = {}): Clips {
  return new FolderClips(options.folder ?? new URL("../../assets/clips/", import.meta.url), options.readFile ?? Deno.readFile);
}

class FolderClips implements Clips {
  readonly #folder: URL;
  readonly #readFile: (path: URL) => Promise<Uint8Array>;
  readonly #clips = new Map<string, Promise<Clip>>();
  #manifest: Promise<ClipManifest> | undefined;

  constructor(folder: URL, readFile: (path: URL) => Promise<Uint8Array>) {
    this.#folder = folder;
    this.#readFile = readFile;
  }

  async get(name: ClipName, language: ClipLanguage): Promise<Clip> {
    const key = `${name}.${language}`;
    const clip = this.#clips.get(key) ?? this.#load(name, language);
    this.#clips.set(key, clip);
    try {
      return await clip;
    } catch (error) {
      this.#clips.delete(key);
      this.#manifest = undefined;
      throw error;
    }
  }

  async #load(name: ClipName, language: ClipLanguage): Promise<Clip> {
    this.#manifest ??= this.#read(MANIFEST_FILE).then((bytes) => parseManifest(new TextDecoder().decode(bytes)));
    const entry = (await this.#manifest).clips.find(same(name, language));
    if (entry === undefined) throw unusable(`${name}.${language}`, "it is not in the list");
    const bytes = await this.#read(entry.file);
    try {
      const packets = await Array.fromAsync((await readOggOpus(bytes)).packets);
      return { text: entry.text, durationMs: entry.durationMs, packets, audio: () => ({ kind: "opus", packets: listed(packets) }) };
    } catch (cause) {
      throw unusable(entry.file, messageOf(cause), cause);
    }
  }

  async #read(file: string): Promise<Uint8Array> {
    try {
      return await this.#readFile(new URL(file, this.#folder));
    } catch (cause) {
      throw unusable(file, messageOf(cause), cause);
    }
  }
}

function unusable(what: string, why: string, cause?: unknown): AppError {
  return new AppError(`Clip ${what} cannot be used: ${why}`, { code: "clips_unusable", cause });
}

async function* listed<T>(items: readonly T[]): AsyncGenerator<T, void, void> {
  for (const item of items) yield await Promise.resolve(item);
}
