import assert from "node:assert/strict";
import { needs, type ProgramSearch } from "./programs.ts";

/** A machine with these files and this environment; what is said goes to `said`. */
function machine(files: readonly string[], env: Record<string, string>): ProgramSearch & { readonly said: string[] } {
  const said: string[] = [];
  return { env: (name) => env[name], exists: (path) => files.includes(path), say: (line) => void said.push(line), said };
}

Deno.test("a program is found on PATH in the order of its folders", () => {
  const search = machine(["/b/flite", "/c/flite"], { PATH: "/a:/b:/c" });
  assert.deepEqual(needs("flite", search), { ignore: false, path: "/b/flite" });
  assert.deepEqual(search.said, []);
});

Deno.test("a missing program is ignored with one line that says how to install it", () => {
  const search = machine([], { PATH: "/a" });
  assert.deepEqual(needs("espeak-ng", search), { ignore: true, path: "" });
  assert.equal(search.said.length, 1);
  assert.match(search.said[0] ?? "", /espeak-ng.*apt-get install espeak-ng/);
});

Deno.test("a missing program is an error when REQUIRE_SERVICES is 1", () => {
  assert.throws(() => needs("chromium", machine([], { PATH: "/a", REQUIRE_SERVICES: "1" })), { code: "program_missing" });
});

Deno.test("a recogniser without its model counts as missing", () => {
  const search = machine(["/a/pocketsphinx_continuous"], { PATH: "/a" });
  assert.equal(needs("pocketsphinx_continuous", search).ignore, true);
  assert.match(search.said[0] ?? "", /model\/en-us/);
});
