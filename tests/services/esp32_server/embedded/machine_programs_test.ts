import assert from "node:assert/strict";
import { machinePrograms } from "../../../../services/esp32_server/embedded/machine_programs.ts";
import { tempDir } from "../../../support/temp_dir.ts";

const programs = machinePrograms();
const options = (signal = new AbortController().signal) => ({ signal, maxOutputBytes: 1000 });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function sh(): Promise<string> {
  const path = await programs.find("sh");
  assert.ok(path !== undefined);
  return path;
}

Deno.test("A program gets its arguments and input as they are, without a shell", async () => {
  assert.equal(
    text(
      await programs.run(await sh(), ["-c", 'printf "%s|" "$@"; cat', "x", "a b", "$(id)"], {
        ...options(),
        stdin: new TextEncoder().encode("in"),
      }),
    ),
    "a b|$(id)|in",
  );
});

Deno.test("A program sees no variables that may hold secrets", async () => {
  Deno.env.set("XIAOZHI_TEST_SECRET", "hidden");
  try {
    assert.ok(!text(await programs.run(await sh(), ["-c", "env"], options())).includes("hidden"));
  } finally {
    Deno.env.delete("XIAOZHI_TEST_SECRET");
  }
});

Deno.test("A program that fails says why in the error", async () => {
  await assert.rejects(programs.run(await sh(), ["-c", "echo no such voice >&2; exit 3"], options()), /code 3: no such voice/);
});

Deno.test("A program that does not read its input does no harm", async () => {
  const stdin = new Uint8Array(1 << 20);
  assert.equal(text(await programs.run(await sh(), ["-c", "echo done"], { ...options(), stdin })), "done\n");
});

Deno.test("A program that writes too much is killed", async () => {
  await assert.rejects(programs.run(await sh(), ["-c", "while :; do echo more; done"], options()), { code: "program_output_too_large" });
});

Deno.test("A program that is aborted is gone when the call ends", async () => {
  await using dir = tempDir();
  const controller = new AbortController();
  const reason = new Error("Enough");
  const work = programs.run(await sh(), ["-c", `echo $$ > ${dir.join("pid")}; exec sleep 60`], options(controller.signal));
  const pid = await readWhenThere(dir.join("pid"));
  controller.abort(reason);
  await assert.rejects(work, (error) => error === reason);
  assert.throws(() => Deno.kill(pid, "SIGCONT"));
});

Deno.test("A program that is missing is not found, and refuses to run", async () => {
  assert.equal(await programs.find("no-such-program-here"), undefined);
  assert.equal(await programs.find("/no/such/program"), undefined);
  assert.equal(await programs.find(""), undefined);
  await assert.rejects(programs.run("/no/such/program", [], options()), { code: "program_not_started" });
});

async function readWhenThere(path: string): Promise<number> {
  for (;;) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.endsWith("\n")) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
