/**
 * Reads a model's token table before sherpa-onnx does: at a line that it cannot read, the library ends the whole process.
 *
 * @module
 */

import { AppError } from "../../../../base/errors.ts";
import type { Files } from "../files.ts";

/** A symbol and its number, or for the symbol that is a space the number alone (sherpa-onnx, csrc/symbol-table.cc). */
const LINE = /^(?:[^ \t]+[ \t]+)?\d+$/;

/** Characters of a bad line that are shown. */
const SHOWN = 40;

/**
 * Checks a token table.
 *
 * @throws AppError with code `model_damaged` naming the line that is no token.
 */
export async function checkTokens(files: Files, path: string): Promise<void> {
  const lines = new TextDecoder().decode(await files.read(path)).split("\n").map((line) => line.replace(/^[ \t]+|[ \t\r]+$/g, ""));
  const bad = lines.findIndex((line) => line !== "" && !LINE.test(line));
  if (bad < 0) return;
  throw new AppError(`Token table ${path} is damaged: line ${bad + 1}, '${lines[bad]?.slice(0, SHOWN)}', must be a symbol and a number`, {
    code: "model_damaged",
  });
}
