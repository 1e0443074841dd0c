import assert from "node:assert/strict";
import { lockDataDir } from "../../services/data_dir_lock.ts";

const HOLDER = new URL("./data_dir_lock_child.ts", import.meta.url).pathname;

Deno.test("a data directory has one holder, and is free once that one lets go", async () => {
  const dir = await Deno.makeTempDir({ prefix: "lock-" });
  try {
    {
      await using _lock = await lockDataDir(dir);
      await assert.rejects(lockDataDir(dir), (error: Error & { code?: string }) => {
        assert.equal(error.code, "already_running");
        assert.match(error.message, new RegExp(`'${dir}'.*process ${Deno.pid}, running since 20`));
        return true;
      });
    }
    await using _again = await lockDataDir(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a holder killed with SIGKILL frees the directory", async () => {
  const dir = await Deno.makeTempDir({ prefix: "lock-" });
  try {
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--quiet", HOLDER, dir], stdout: "piped", stderr: "inherit" })
      .spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await assert.rejects(lockDataDir(dir), { code: "already_running", message: new RegExp(`process ${child.pid},`) });
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await using _lock = await lockDataDir(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a data directory that cannot be made is refused with its name and what would be right", async () => {
  const file = await Deno.makeTempFile({ prefix: "lock-" });
  try {
    await assert.rejects(lockDataDir(`${file}/data`), { code: "data_dir_unusable", message: /\/data'.*set dataDir to a folder/ });
  } finally {
    await Deno.remove(file);
  }
});
