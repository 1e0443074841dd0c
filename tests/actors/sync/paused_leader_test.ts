import { needs } from "../../support/programs.ts";
import { noRedis } from "../../support/redis.ts";
import { fight } from "./paused_leader.ts";

Deno.test({
  ignore: needs("mariadbd").ignore || noRedis,
  name:
    "two nodes fight for the lead while each leader is stopped in turn, and MySQL and Redis are killed: every row is taken in once, in order, the same",
  fn: () => fight({ rows: 1_000, pauses: 3 }),
});
