/**
 * Recognition by an installed pocketsphinx: English, 60 to 90 % of sentences word for word, all of them with a small grammar.
 *
 * @module
 */

import type { Transcript } from "../stages.ts";
import type { EngineCard, Recognizer } from "./engine.ts";
import { callProgram, type ProgramCall } from "./program_call.ts";

/** Output is a line or two of text; more means that something else runs under that name. */
const MAX_OUTPUT_BYTES = 1 << 16;

/** Names of the program: up to Debian 12, and from release 5 on. */
export const POCKETSPHINX_NAMES = ["pocketsphinx_continuous", "pocketsphinx"] as const;

/** What the recogniser is made with. */
export interface PocketsphinxOptions extends Pick<ProgramCall, "programs" | "clock" | "path" | "timeoutMs"> {
  /** JSGF file; empty for free English. */
  readonly grammar: string;
  /** How to get better recognition. */
  readonly advice: string;
  /** `warn` where something else was configured. */
  readonly status: EngineCard["status"];
}

/** Runs pocketsphinx once an utterance. Sound goes in through a pipe, so nothing that was said touches the disk. */
export class Pocketsphinx implements Recognizer {
  readonly card: EngineCard;
  readonly #call: ProgramCall;
  readonly #grammar: string;

  constructor(options: PocketsphinxOptions) {
    this.#call = { ...options, name: "pocketsphinx", stage: "recognize", maxOutputBytes: MAX_OUTPUT_BYTES };
    this.#grammar = options.grammar;
    const ability = options.grammar === "" ? "English only, modest accuracy" : `English only, sentences of the grammar ${options.grammar}`;
    this.card = { name: "pocketsphinx", ability, advice: options.advice, status: options.status };
  }

  async recognize(samples: Int16Array<ArrayBuffer>, signal: AbortSignal): Promise<Transcript> {
    const old = /continuous[^/]*$/.test(this.#call.path);
    const grammar = this.#grammar === "" ? [] : ["-jsgf", this.#grammar];
    const args = old
      ? ["-infile", "/dev/stdin", "-logfn", "/dev/null", ...grammar]
      // Release 5 (its README): sub-command `single` writes one JSON object for each input, `-` is the standard input.
      : ["-loglevel", "FATAL", ...grammar, "single", "-"];
    const output = await callProgram(this.#call, args, signal, littleEndian(samples));
    const lines = new TextDecoder().decode(output).split("\n").map((line) => old ? line : textOfJson(line));
    return { text: lines.map((line) => line.trim()).filter((line) => line !== "").join(" "), language: "en" };
  }
}

function littleEndian(samples: Int16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function textOfJson(line: string): string {
  try {
    const { t } = JSON.parse(line) as { t?: unknown };
    return typeof t === "string" ? t : "";
  } catch {
    return "";
  }
}
