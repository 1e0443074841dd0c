/**
 * Reads a layer from a `.env` file.
 *
 * @module
 */

import { parseEnv } from "node:util";
import type { Origin } from "./origin.ts";

/** The variables of a `.env` file, and the line of each. */
export interface DotEnv {
  readonly variables: Readonly<Record<string, string | undefined>>;
  origin(variable: string): Origin;
}

/** Parses the text of a `.env` file; of a variable written twice the last one counts, as in a shell. */
export function readDotEnv(text: string, file: string): DotEnv {
  const lines = text.split("\n").map((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1]);
  return {
    variables: { ...parseEnv(text) },
    origin: (variable) => {
      const index = lines.lastIndexOf(variable);
      return { kind: "file", file, ...index >= 0 && { line: index + 1 } };
    },
  };
}
