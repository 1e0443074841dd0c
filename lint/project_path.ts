/**
 * Where a linted file stands in the project.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Path of a file from the project's root, with `/`. A path that is not below the root is returned as it is. */
export function projectPath(filename: string): string {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const path = filename.startsWith(root) ? filename.slice(root.length) : filename;
  return path.replaceAll("\\", "/");
}

/** The first folder of a project path; the file's own name for one in the root. */
export function topFolder(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

/** Whether a file stands in one of `folders`. */
export function isIn(filename: string, folders: readonly string[]): boolean {
  return folders.includes(topFolder(projectPath(filename)));
}
