/**
 * The worker of {@link buildConsole}: runs the bundler once and posts what it made.
 *
 * @module
 */

/// <reference lib="deno.worker" />
import * as esbuild from "esbuild-wasm/esm/browser.js";
import { createHash } from "node:crypto";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { messageOf } from "../../base/errors.ts";
import type { BuiltBundle, BuiltFile, WorkerAnswer } from "./build.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CONSOLE = resolve(ROOT, "console/");
const SCRIPT = resolve(ROOT, "console/main.tsx");
const STYLE = resolve(ROOT, "console/style/main.css");

/** Browsers of the last three years: those that know `:has`, nesting and `color-mix`. */
const TARGET = ["es2022", "chrome111", "firefox121", "safari16.4"];

const LOADERS: Readonly<Record<string, esbuild.Loader>> = { tsx: "tsx", ts: "ts", css: "css", js: "js", mjs: "js", json: "json" };

/** A file of its own that a page starts: a worker, or a worklet of sound. */
const OWN_FILE = /new URL\("(\.\.?\/[^"]+\.ts)", import\.meta\.url\)/g;

/** Settings of every run. */
const COMMON = {
  outdir: "/",
  bundle: true,
  format: "esm",
  minify: true,
  write: false,
  target: TARGET,
  // WebAssembly that stands in a script as text would be twice as long in ASCII.
  charset: "utf8",
  entryNames: "[name]-[hash]",
  logLevel: "silent",
} as const satisfies esbuild.BuildOptions;

/** Files are found as Deno finds them: relative ones beside their importer, packages by deno.json. */
function sources(inputs: Map<string, string>, own: Map<string, esbuild.OutputFile>): esbuild.Plugin {
  const ownFile = async (path: string): Promise<string> => {
    const { outputFiles } = await esbuild.build({ ...COMMON, entryPoints: [path], plugins: [sources(inputs, own)] });
    const [file] = outputFiles;
    if (file === undefined) throw new Error(`Nothing came of ${path}`);
    own.set(file.path, file);
    return file.path.slice(file.path.lastIndexOf("/") + 1);
  };
  return {
    name: "deno",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === "entry-point") return { path, namespace: "source" };
        // Libraries that run in Node as well ask for its parts where they find themselves there.
        if (path.startsWith("node:")) return { path, external: true };
        if (/^\.\.?\//.test(path)) return { path: resolve(dirname(importer), path), namespace: "source" };
        return { path: fileURLToPath(import.meta.resolve(path)), namespace: "source" };
      });
      build.onLoad({ filter: /.*/, namespace: "source" }, async ({ path }) => {
        const contents = await Deno.readFile(path);
        inputs.set(relative(ROOT, path).replaceAll("\\", "/"), createHash("sha256").update(contents).digest("hex"));
        const loader = LOADERS[path.slice(path.lastIndexOf(".") + 1)] ?? "text";
        if (!path.startsWith(CONSOLE)) return { contents, loader };
        let text = new TextDecoder().decode(contents);
        for (const [whole, file] of text.matchAll(OWN_FILE)) {
          text = text.replace(whole, `new URL("./${await ownFile(resolve(dirname(path), file!))}", import.meta.url)`);
        }
        return { contents: text, loader };
      });
    },
  };
}

async function build(): Promise<BuiltBundle> {
  const wasm = new URL("./esbuild.wasm", new URL("../", import.meta.resolve("esbuild-wasm/esm/browser.js")));
  await esbuild.initialize({ wasmModule: await WebAssembly.compile(await Deno.readFile(wasm)), worker: false });
  const inputs = new Map<string, string>();
  const own = new Map<string, esbuild.OutputFile>();
  const { outputFiles, metafile } = await esbuild.build({
    ...COMMON,
    entryPoints: [SCRIPT, STYLE],
    splitting: true,
    metafile: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    chunkNames: "[name]-[hash]",
    plugins: [sources(inputs, own)],
  });
  const files = [...outputFiles, ...own.values()].map(({ path, contents }): BuiltFile => {
    const bytes = new Uint8Array(contents);
    return {
      name: path.slice(path.lastIndexOf("/") + 1),
      bytes,
      br: new Uint8Array(brotliCompressSync(bytes)),
      gzip: new Uint8Array(gzipSync(bytes, { level: 9 })),
    };
  });
  const nameOf = (entry: string) => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(relative(ROOT, entry)));
    return found?.[0].replace(/^.*\//, "") ?? "";
  };
  const script = nameOf(SCRIPT);
  return { inputs: Object.fromEntries([...inputs].sort()), script, style: nameOf(STYLE), preload: imports(metafile, script), files };
}

/** What a script imports before it runs, whatever that imports included. */
function imports({ outputs }: esbuild.Metafile, script: string): string[] {
  const found = new Set<string>();
  const look = (name: string): void => {
    for (const { path, kind } of outputs[name]?.imports ?? outputs[`/${name}`]?.imports ?? []) {
      const imported = path.replace(/^.*\//, "");
      if (kind !== "import-statement" || found.has(imported)) continue;
      found.add(imported);
      look(imported);
    }
  };
  look(script);
  return [...found];
}

async function answer(): Promise<WorkerAnswer> {
  try {
    return { ok: true, bundle: await build() };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

self.postMessage(await answer());
