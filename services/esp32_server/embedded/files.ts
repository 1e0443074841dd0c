/**
 * What the embedded stages ask of the file system.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";

/** A narrow view of the file system. */
export interface Files {
  /** Sizes in bytes of the files in a folder, by name; folders have size -1. `undefined` when there is no such folder. */
  list(folder: string): Promise<ReadonlyMap<string, number> | undefined>;
  /** Size of a file in bytes; `undefined` when it is missing, no file, or may not be seen. */
  size(path: string): Promise<number | undefined>;
  /** A file's content. */
  read(path: string): Promise<Uint8Array>;
  /** Removes a file; a missing one is fine. */
  remove(path: string): Promise<void>;
}

/** The file system of the machine. */
export function machineFiles(): Files {
  return {
    async list(folder) {
      const sizes = new Map<string, number>();
      try {
        for await (const entry of Deno.readDir(folder)) {
          const info = await Deno.stat(`${folder}/${entry.name}`);
          sizes.set(entry.name, info.isFile ? info.size : -1);
        }
      } catch (error) {
        if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
        if (error instanceof Deno.errors.NotCapable) {
          throw new AppError(`${folder} may not be read; put it below the project folder, /models or /data`, {
            code: "folder_forbidden",
            cause: error,
          });
        }
        throw error;
      }
      return sizes;
    },
    async size(path) {
      try {
        const info = await Deno.stat(path);
        return info.isFile ? info.size : undefined;
      } catch {
        return undefined;
      }
    },
    read: (path) => Deno.readFile(path),
    async remove(path) {
      try {
        await Deno.remove(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}
