/**
 * Where the audio of turns lies: files beside the database, or any S3-compatible store.
 *
 * @module
 */

import { AudioStoreError } from "./errors.ts";

/** A stretch of a file, bytes: `start` included, `end` not. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file as it is listed. */
export interface StoredAudio {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Unix milliseconds of its last write. */
  readonly writtenAt: number;
}

/** A store of whole audio files under the paths of `StoredTurn.audioFiles`: `audio/<device>/<turn>.<user or reply>.ogg`. */
export interface AudioStore {
  /**
   * Writes a file: whole under its path afterwards, or not there at all. A file that is there already is replaced.
   *
   * @throws {AudioStoreError} `audio_bad_path` for a path of another form; `audio_unreachable`, `audio_refused` or `audio_failed`.
   */
  put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * The size of a file in bytes; undefined where there is none.
   *
   * @throws {AudioStoreError} As {@link put}.
   */
  size(path: string): Promise<number | undefined>;
  /**
   * A file, or the part of it that `range` names, which must lie within the file; undefined where there is none. The body opens nothing
   * before it is read, and closes what it opened when it is cancelled.
   *
   * @throws {AudioStoreError} As {@link put}.
   */
  read(path: string, range?: ByteRange): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
  /**
   * Removes files; what is not there is ignored.
   *
   * @returns How many were there.
   * @throws {AudioStoreError} As {@link put}, after all others have been tried.
   */
  remove(paths: readonly string[]): Promise<number>;
  /** All files, in any order. */
  list(): AsyncIterable<StoredAudio>;
}

/** Paths that turns have; anything else is no audio and is never opened. */
const PATH_FORM = /^audio\/[0-9A-Za-z_-]{1,64}\/[0-9A-Za-z_-]{1,64}\.(user|reply)\.ogg$/;

/** Whether a path is one that turns have. */
export function isAudioPath(path: string): boolean {
  return PATH_FORM.test(path);
}

/**
 * The path itself.
 *
 * @throws {AudioStoreError} `audio_bad_path`.
 */
export function checkedPath(path: string): string {
  if (isAudioPath(path)) return path;
  throw new AudioStoreError(
    `No audio is at '${path.slice(0, 100)}'; expected audio/<device>/<turn>.user.ogg or .reply.ogg`,
    "audio_bad_path",
  );
}
