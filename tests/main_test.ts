import assert from "node:assert/strict";

/** Runs the server as its task does. */
async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const flags = ["run", "--quiet", "--no-prompt", "-P=serve", "main.ts", ...args];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: flags, env, stdin: "null" }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("a data directory beyond the permissions ends the start with 70 and says what would be right", async () => {
  const { code, out, err } = await serve([], { XIAOZHI_DATA_DIR: "/somewhere/else", XIAOZHI_SERVER_PORT: "0" });
  assert.deepEqual([code, out], [70, ""]);
  assert.match(err, /^Cannot use data directory '\/somewhere\/else': .*permissions\.serve in deno\.json/);
});

Deno.test("a wrong configuration ends the start with 78 and lists every problem", async () => {
  const { code, out, err } = await serve([], { XIAOZHI_SERVER_PORT: "abc", XIAOZHI_SERVER_PROT: "1" });
  assert.deepEqual([code, out], [78, ""]);
  assert.match(err, /^Configuration has 2 problems:\n/);
});

Deno.test("help is given without starting anything", async () => {
  const { code, out, err } = await serve(["--dev", "--help"], { XIAOZHI_SERVER_PORT: "abc" });
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /--config <file>/);
});
