/**
 * Where things are.
 *
 * @module
 */

/** The path of a file URL. */
export function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** A program of this folder. */
export function program(name: string): URL {
  return new URL(`./${name}.ts`, import.meta.url);
}

/** The server: a path to run, since nobody imports it. */
export const SERVER: URL = new URL("main.ts", new URL("../../", import.meta.url));

/** A folder below `data/`, where the server may write; removed on disposal. */
export async function benchDir(): Promise<AsyncDisposable & { readonly path: string }> {
  await Deno.mkdir("data", { recursive: true });
  const path = await Deno.makeTempDir({ dir: "data", prefix: "bench-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
