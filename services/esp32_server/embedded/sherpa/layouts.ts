/**
 * Which kind of model lies in a folder, by the names of its files as the archives of github.com/k2-fsa/sherpa-onnx have them.
 *
 * @module
 */

import { AppError } from "../../../../base/errors.ts";
import type { Files } from "../files.ts";
import type { RecognizerModel, SynthesizerModel } from "./binding.ts";
import { checkTokens } from "./tokens.ts";

/** Smallest file that can be a model or table; archives cut off while loading leave empty files. */
const MIN_BYTES = 2;

/** What a folder was found to hold. */
export interface Found<T> {
  /** The kind of model, for people. */
  readonly kind: string;
  readonly model: T;
}

/**
 * The recognition model in a folder: SenseVoice, paraformer, transducer or whisper.
 *
 * @throws AppError with code `model_missing` when the folder or a file of it is missing or empty, `model_damaged` for a bad token table.
 */
export async function findRecognizer(files: Files, folder: string): Promise<Found<RecognizerModel>> {
  const names = await filesIn(files, folder);
  const part = (name: string) => best(names, new RegExp(`(^|[-_])${name}([-._].*)?\\.onnx$`));
  const path = (name: string) => `${folder}/${name}`;
  const tokens = names.find((name) => /(^|[-_])tokens\.txt$/.test(name));
  if (tokens === undefined) throw missing(folder, "a tokens.txt", names);
  await checkTokens(files, path(tokens));
  const found = (kind: string, model: RecognizerModel["model"]) => ({ kind, model: { model, tokens: path(tokens) } });
  const [encoder, decoder, joiner, model] = [part("encoder"), part("decoder"), part("joiner"), part("model")];
  if (encoder !== undefined && decoder !== undefined && joiner !== undefined) {
    return found("transducer", { transducer: { encoder: path(encoder), decoder: path(decoder), joiner: path(joiner) } });
  }
  if (encoder !== undefined && decoder !== undefined) {
    return found("whisper", { whisper: { encoder: path(encoder), decoder: path(decoder), task: "transcribe" } });
  }
  if (model === undefined) throw missing(folder, "a model.onnx, or an encoder, decoder and joiner .onnx,", names);
  // Both kinds are one model.onnx and tokens.txt: only the folder's name, or paraformer's own tables, tell them apart.
  if (/paraformer/i.test(folder) || names.includes("am.mvn") || names.includes("seg_dict")) {
    return found("paraformer", { paraformer: { model: path(model) } });
  }
  return found("SenseVoice", { senseVoice: { model: path(model), useInverseTextNormalization: 1 } });
}

/**
 * The speech model in a folder: kokoro, matcha or vits (piper among them).
 *
 * @throws AppError with code `model_missing` when the folder or a file of it is missing or empty, `model_damaged` for a bad token table.
 */
export async function findSynthesizer(files: Files, folder: string): Promise<Found<SynthesizerModel>> {
  const names = await filesIn(files, folder);
  const path = (name: string) => `${folder}/${name}`;
  if (!names.includes("tokens.txt")) throw missing(folder, "a tokens.txt", names);
  await checkTokens(files, path("tokens.txt"));
  const lexicons = names.filter((name) => /^lexicon.*\.txt$/.test(name)).map(path).join(",");
  const tables = {
    tokens: path("tokens.txt"),
    ...(lexicons === "" ? {} : { lexicon: lexicons }),
    ...(names.includes("espeak-ng-data") ? { dataDir: path("espeak-ng-data") } : {}),
  };
  const vocoder = names.find((name) => /^(vocos|hifigan).*\.onnx$/.test(name));
  const model = best(names.filter((name) => name !== vocoder), /\.onnx$/);
  if (model === undefined) throw missing(folder, "an .onnx model", names);
  if (names.includes("voices.bin")) {
    return { kind: "kokoro", model: { model: { kokoro: { model: path(model), voices: path("voices.bin"), ...tables } } } };
  }
  if (vocoder !== undefined) {
    return { kind: "matcha", model: { model: { matcha: { acousticModel: path(model), vocoder: path(vocoder), ...tables } } } };
  }
  return { kind: "vits", model: { model: { vits: { model: path(model), ...tables } } } };
}

/** The name that fits; the quantised one of two, which is as good and four times smaller. */
function best(names: readonly string[], pattern: RegExp): string | undefined {
  const fitting = names.filter((name) => pattern.test(name));
  return fitting.find((name) => name.includes("int8")) ?? fitting[0];
}

async function filesIn(files: Files, folder: string): Promise<readonly string[]> {
  const sizes = await files.list(folder);
  if (sizes === undefined) {
    throw new AppError(`Model folder ${folder} does not exist; it must be an unpacked sherpa-onnx model`, { code: "model_missing" });
  }
  return [...sizes].filter(([, size]) => size < 0 || size >= MIN_BYTES).map(([name]) => name).sort();
}

function missing(folder: string, what: string, names: readonly string[]): AppError {
  const has = names.length === 0 ? "nothing" : names.slice(0, 8).join(", ");
  return new AppError(`Model folder ${folder} has ${has}; ${what} is needed and must not be empty`, { code: "model_missing" });
}
