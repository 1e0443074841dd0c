import assert from "node:assert/strict";
import { startMariadb } from "./mariadb.ts";
import { needs } from "./programs.ts";

Deno.test({
  name: "a private database server is there, keeps what was committed through a kill, freezes and is gone in the end",
  ignore: needs("mariadbd").ignore,
  fn: async () => {
    let pid: number;
    {
      await using server = await startMariadb();
      const { database } = await server.createDatabase();
      await server.run("CREATE TABLE t (x INT); INSERT INTO t VALUES (7)", database);
      await server.kill();
      await assert.rejects(server.run("SELECT 1"));
      await server.restart();
      assert.equal((await server.run("SELECT x FROM t", database))[0]?.x, 7);
      pid = server.pid;
      await server.pause();
      const answer = server.run("SELECT 1 AS one");
      server.resume();
      assert.equal((await answer)[0]?.one, 1);
    }
    assert.throws(() => Deno.kill(pid, "SIGCONT"));
  },
});
