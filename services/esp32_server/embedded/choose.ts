/**
 * Chooses what does the work of the embedded stages: the model that is configured, else the best program installed, else a stand-in.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import type { Random } from "../../../base/random.ts";
import type { Esp32ServerOptions } from "../options.ts";
import type { Recognizer, Synthesizer } from "./engine.ts";
import { Espeak, type VoiceOptions } from "./espeak.ts";
import type { Files } from "./files.ts";
import { Flite } from "./flite.ts";
import { Pocketsphinx, POCKETSPHINX_NAMES } from "./pocketsphinx.ts";
import type { Programs } from "./programs.ts";
import { Say } from "./say.ts";
import type { SherpaBinding } from "./sherpa/binding.ts";
import { findRecognizer, findSynthesizer } from "./sherpa/layouts.ts";
import { SherpaRecognition } from "./sherpa/recognizer.ts";
import { SherpaSpeech } from "./sherpa/synthesizer.ts";
import { Tone } from "./tone.ts";
import { Unrecognized } from "./unrecognized.ts";

/** What the choice is made from. */
export interface ChoiceDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly programs: Programs;
  readonly files: Files;
  readonly sherpa: () => Promise<SherpaBinding>;
  /** Folder for files that live for one call; empty for none. */
  readonly tempDir: string;
}

/** Threads of a model: two halve the time on small boards and leave cores for audio. */
const MODEL_THREADS = 2;

/** Where the words of a banner end, those of the README begin. */
const MODEL_HELP = "a sherpa-onnx model (README.md, Better speech)";

/** The recogniser for these options. Loads the model, so that the first utterance does not wait for it. */
export async function chooseRecognizer(options: Esp32ServerOptions, deps: ChoiceDeps): Promise<Recognizer> {
  const { modelDir, grammar, program } = options.recognize;
  const timeoutMs = options.timeoutMs.recognize;
  const problems: string[] = [];
  if (modelDir !== "") {
    try {
      const { kind, model } = await findRecognizer(deps.files, modelDir);
      return new SherpaRecognition(await (await deps.sherpa()).recognizer(model, MODEL_THREADS), kind, deps.clock, timeoutMs);
    } catch (error) {
      problems.push(`the model in esp32Server.recognize.modelDir is not used: ${messageOf(error)}`);
    }
  }
  const usable = grammar === "" || await deps.files.size(grammar) !== undefined ? grammar : "";
  if (usable !== grammar) problems.push(`the grammar ${grammar} of esp32Server.recognize.grammar does not exist`);
  const path = program === "none" ? undefined : await firstInstalled(deps.programs, program === "" ? POCKETSPHINX_NAMES : [program]);
  if (program !== "" && program !== "none" && path === undefined) {
    problems.push(`the program ${program} of esp32Server.recognize.program is not installed`);
  }
  if (path === undefined) {
    problems.push(
      `for modest English install pocketsphinx and pocketsphinx-en-us; for good recognition set esp32Server.recognize.modelDir to ${MODEL_HELP}`,
    );
    return new Unrecognized(problems.join("; "));
  }
  const status = problems.length === 0 ? "pass" : "warn";
  problems.push(`for Chinese and better English set esp32Server.recognize.modelDir to ${MODEL_HELP}`);
  return new Pocketsphinx({ ...deps, path, timeoutMs, grammar: usable, advice: problems.join("; "), status });
}

/** The synthesiser for these options. */
export async function chooseSynthesizer(options: Esp32ServerOptions, deps: ChoiceDeps): Promise<Synthesizer> {
  const { modelDir, voice, program } = options.synthesize;
  const timeoutMs = options.timeoutMs.synthesizeFirstAudio;
  const problems: string[] = [];
  if (modelDir !== "") {
    try {
      const { kind, model } = await findSynthesizer(deps.files, modelDir);
      return new SherpaSpeech(await (await deps.sherpa()).synthesizer(model, MODEL_THREADS), kind, voice, deps.clock, timeoutMs);
    } catch (error) {
      problems.push(`the model in esp32Server.synthesize.modelDir is not used: ${messageOf(error)}`);
    }
  }
  const better = `for a natural voice set esp32Server.synthesize.modelDir to ${MODEL_HELP}`;
  if (program === "tone") return new Tone([...problems, better].join("; "));
  const kinds: readonly (readonly [string, (options: VoiceOptions) => Synthesizer])[] = [
    ["espeak-ng", (made) => new Espeak(made)],
    ["flite", (made) => new Flite(made)],
    ...(deps.tempDir === "" ? [] : [["say", (made: VoiceOptions) => new Say({ ...deps, ...made })] as const]),
  ];
  const status = problems.length === 0 ? "pass" : "warn";
  const wanted = kinds.filter(([name]) => program === "" || program.split("/").at(-1) === name);
  for (const [name, make] of wanted) {
    const path = await deps.programs.find(program === "" ? name : program);
    if (path !== undefined) return make({ ...deps, path, timeoutMs, voice, advice: [...problems, better].join("; "), status });
  }
  if (program !== "") {
    problems.push(`the program ${program} of esp32Server.synthesize.program is not one of espeak-ng, flite, say, or not installed`);
  }
  return new Tone([...problems, "for speech install espeak-ng (Chinese and English) or flite (English)", better].join("; "));
}

async function firstInstalled(programs: Programs, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const path = await programs.find(name);
    if (path !== undefined) return path;
  }
  return undefined;
}
