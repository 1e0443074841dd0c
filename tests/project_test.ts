import assert from "node:assert/strict";

const config: {
  readonly tasks: Readonly<Record<string, string>>;
  readonly permissions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
} = JSON.parse(await Deno.readTextFile("deno.json"));

const tasks = Object.entries(config.tasks);

Deno.test("every task that runs a program does so without prompts and with a permission set that exists", () => {
  for (const [name, command] of tasks) {
    assert.doesNotMatch(command, /--allow-|\s-A\b/, name);
    if (!/^deno (run|bench) /.test(command)) continue;
    assert.match(command, /^deno (run|bench) --quiet --no-prompt -P=/, name);
    assert.ok(config.permissions[/-P=([\w-]+)/.exec(command)?.[1] ?? ""], name);
  }
});

Deno.test("every program that a task runs exists", () => {
  for (const [name, command] of tasks) {
    const program = /\S+\.ts\b/.exec(command)?.[0];
    if (program !== undefined) assert.ok(Deno.statSync(program).isFile, name);
  }
});

Deno.test("only tests, checks and benchmarks may run any program, and no set but that of tests sees the whole environment", () => {
  for (const [name, { run, env, ffi }] of Object.entries(config.permissions)) {
    if (!["test", "check", "bench"].includes(name)) assert.notEqual(run, true, name);
    if (name !== "test") assert.notEqual(env, true, name);
    assert.ok(ffi === undefined || JSON.stringify(ffi) === '["./node_modules"]', name);
  }
});

Deno.test("writing anywhere is for tests, and for the virtual device, which writes files that a person names and can do little else", () => {
  const anywhere = Object.keys(config.permissions).filter((name) => config.permissions[name]?.write === true);
  assert.deepEqual(anywhere.filter((name) => name !== "test" && name !== "device"), []);
  const { run, ffi, env, sys } = config.permissions.device ?? {};
  if (anywhere.includes("device")) assert.deepEqual([run, ffi, env, sys], [undefined, undefined, undefined, undefined]);
});

Deno.test("the server may read what it may write, and the speech programs that it may run", () => {
  const { read, write } = config.permissions.serve as { readonly read: string[]; readonly write: string[] };
  for (const path of write) assert.ok(read.some((allowed) => allowed === path || allowed === "."), path);
  assert.ok(read.includes("/usr/bin"));
});

Deno.test("the gate checks format, rules, types and documents before it runs the README's test command", () => {
  const steps = (config.tasks.ok ?? "").split(" && ");
  const checks = [
    "deno fmt --check",
    "deno lint",
    "deno task check",
    "deno task check:docs",
    "deno task check:ops",
    "deno task charts --check",
  ];
  assert.deepEqual(steps, [...checks, "deno task test"]);
});
