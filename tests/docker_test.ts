import assert from "node:assert/strict";
import { tempDir } from "./support/temp_dir.ts";

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const config = JSON.parse(await Deno.readTextFile("deno.json"));
const dockerfile = await Deno.readTextFile("Dockerfile");
const instructions: readonly Instruction[] = dockerfile
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => ({ name: line.split(" ", 1)[0] ?? "", text: line.slice(line.indexOf(" ") + 1) }));
const finalStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));

/** The text of the only instruction of a name in the stage that becomes the image. */
function only(name: string): string {
  const found = finalStage.filter((instruction) => instruction.name === name);
  assert.equal(found.length, 1, `${name} in the final stage`);
  return found[0]?.text ?? "";
}

/** The words of an instruction in exec form. */
function words(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf("[")));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test("the container runs as a user without rights, from the moment the image is built", () => {
  assert.ok(!["root", "0"].includes(only("USER")));
  const user = finalStage.findIndex(({ name }) => name === "USER");
  assert.ok(!finalStage.slice(user).some(({ name }) => name === "RUN" || name === "COPY"));
  assert.match(finalStage.map(({ text }) => text).join("\n"), new RegExp(`useradd .*${only("USER")}`));
});

Deno.test("Deno itself is the first process, so that signals reach the server", () => {
  const [program, command, ...args] = words(only("ENTRYPOINT"));
  assert.deepEqual([program, command], ["deno", "run"]);
  assert.ok(args.includes("--no-prompt") && args.includes("-P=serve") && args.at(-1) === "main.ts");
  assert.match(dockerfile, /grep -q ELF/);
});

Deno.test("nothing runs with all permissions, and every permission set that is named exists", () => {
  assert.doesNotMatch(dockerfile, /--allow-all|(^|[\s"])-A\b/);
  const sets = [...dockerfile.matchAll(/-P=([\w-]+)/g)].map((match) => match[1] ?? "");
  assert.ok(sets.length >= 2);
  for (const set of sets) assert.ok(config.permissions[set], set);
});

Deno.test("the health check runs a program of this project, and not for longer than Docker waits", () => {
  const check = only("HEALTHCHECK");
  assert.match(check, /--timeout=5s/);
  assert.ok(isFile(words(check).at(-1) ?? ""));
});

Deno.test("data outlives the container, where the server may write it", () => {
  assert.equal(only("VOLUME"), "/data");
  assert.match(only("ENV"), /XIAOZHI_DATA_DIR=\/data\b/);
  assert.ok(config.permissions.serve.write.includes("/data") && config.permissions.serve.read.includes("/data"));
  assert.match(finalStage.find(({ name }) => name === "RUN")?.text ?? "", /install -d -o xiaozhi .*\/data/);
});

Deno.test("the console is built into the image before its bundler is taken out of it", () => {
  const build = instructions.filter(({ name }) => name === "RUN").map(({ text }) => text).find((text) => text.includes("tools/console.ts"));
  assert.match(build ?? "", /-P=console tools\/console\.ts.*prune\.sh/);
});

Deno.test("the port is announced, speech is installed, and both bases have glibc", () => {
  assert.equal(only("EXPOSE"), "8000");
  assert.match(only("RUN"), /espeak-ng/);
  for (const { text } of instructions.filter(({ name }) => name === "FROM")) assert.match(text, /bookworm/);
});

Deno.test("every path of the project that the Dockerfile names exists and is not kept out of the build", async () => {
  const ignored = (await Deno.readTextFile(".dockerignore")).split("\n").filter((line) => line !== "");
  const paths = [...dockerfile.matchAll(/(?<![\w./-])(?:[\w-]+\/)*[\w-]+\.(?:ts|sh)\b/g)].map(([path]) => path);
  assert.ok(paths.includes("main.ts") && paths.some((path) => path.endsWith(".sh")));
  for (const path of paths) {
    assert.ok(isFile(path), path);
    assert.ok(!ignored.some((line) => path === line || path.startsWith(`${line}/`)), path);
  }
  for (const secret of [".env", "config.yaml", "data", ".git"]) assert.ok(ignored.includes(secret), secret);
});

Deno.test("the image has the Deno that the gate tests", async () => {
  const pinned = /DENO_VERSION=(\S+)/.exec(dockerfile)?.[1];
  assert.ok(pinned);
  assert.equal(/^DENO_VERSION=(\S+)$/m.exec(await Deno.readTextFile(".ci/run"))?.[1], pinned);
});

const LIBRARIES = ".deno/onnxruntime-node@1.30.0/node_modules/onnxruntime-node/bin/napi-v6";

/** Prunes a tree that looks like node_modules, and lists what is left of it. */
async function prune(platform: string, arch: string): Promise<{ code: number; stderr: string; left: string[] }> {
  await using dir = tempDir();
  const files = [
    ...["linux/x64", "linux/arm64", "darwin/arm64", "win32/x64"].map((machine) => `${LIBRARIES}/${machine}/binding.node`),
    ".deno/elkjs@0.12.1/node_modules/elkjs/package.json",
    ".deno/elkjs@0.12.1/node_modules/elkjs/lib/main.js",
    ".deno/hono@4.13.19/node_modules/hono/index.js",
  ];
  for (const file of files) {
    await Deno.mkdir(dir.join(file, ".."), { recursive: true });
    await Deno.writeTextFile(dir.join(file), "x");
  }
  const args = ["deploy/docker/prune.sh", dir.path, platform, arch];
  const { code, stderr } = await new Deno.Command("sh", { args }).output();
  const left = files.filter((file) => isFile(dir.join(file)));
  return { code, stderr: new TextDecoder().decode(stderr), left };
}

Deno.test("pruning leaves the native library of one machine and every package in its place", async () => {
  const { code, left } = await prune("linux", "arm64");
  assert.equal(code, 0);
  assert.deepEqual(left, [
    `${LIBRARIES}/linux/arm64/binding.node`,
    ".deno/elkjs@0.12.1/node_modules/elkjs/package.json",
    ".deno/hono@4.13.19/node_modules/hono/index.js",
  ]);
});

Deno.test("pruning for a machine without library fails and removes nothing", async () => {
  const { code, stderr, left } = await prune("linux", "riscv64");
  assert.deepEqual([code, left.length], [1, 7]);
  assert.match(stderr, /Cannot find .*linux\/riscv64/);
});

Deno.test("the packages installed here are laid out as pruning expects", () => {
  const found = [...Deno.readDirSync("node_modules/.deno")].filter(({ name }) => name.startsWith("onnxruntime-node@"));
  assert.ok(found.length > 0);
  for (const { name } of found) {
    const bin = [...Deno.readDirSync(`node_modules/.deno/${name}/node_modules/onnxruntime-node/bin`)];
    assert.ok(bin.some((entry) => entry.name.startsWith("napi-v")));
  }
});
