import assert from "node:assert/strict";
import { MAX_LINES, tooLong, undocumented } from "../../tools/check_docs.ts";
import { tempDir } from "../support/temp_dir.ts";

/** What is undocumented in a module with this text. */
async function check(text: string): Promise<string[]> {
  await using dir = tempDir();
  await Deno.writeTextFile(dir.join("module.ts"), text);
  const args = ["doc", "--quiet", "--json", dir.join("module.ts")];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return undocumented(new TextDecoder().decode(stdout)).map((line) => line.replace(/^.*module\.ts/, "module.ts"));
}

const MODULE = "/**\n * About.\n *\n * @module\n */\n\n";

Deno.test("a documented module passes, and what it does not export needs no words", async () => {
  assert.deepEqual(await check(`${MODULE}/** One. */\nexport const one: number = two();\nfunction two(): number { return 2; }\n`), []);
});

Deno.test("an exported symbol without docstring is found, with its line", async () => {
  const found = await check(`${MODULE}export interface One { readonly a: number }\n/** Two. */\nexport class Two {}\n`);
  assert.deepEqual(found, ["module.ts:7: expected a docstring on 'One'"]);
});

Deno.test("one docstring serves all declarations of a name", async () => {
  assert.deepEqual(await check(`${MODULE}/** One. */\nexport const One: number = 1;\nexport type One = number;\n`), []);
});

Deno.test("a module without its own docstring is found", async () => {
  assert.deepEqual(await check("/** One. */\nexport const one: number = 1;\n"), ["module.ts: expected a @module docstring"]);
});

Deno.test("a file of the longest length passes, one line more does not", () => {
  assert.equal(tooLong("a.ts", "x\n".repeat(MAX_LINES)), undefined);
  assert.equal(tooLong("a.ts", "x\n".repeat(MAX_LINES + 1)), "a.ts: expected at most 500 lines, found 501");
});
