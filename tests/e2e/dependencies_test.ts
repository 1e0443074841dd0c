import { needs } from "../support/programs.ts";
import { print } from "../../tools/output.ts";
import { takeAway } from "./dependencies.ts";

Deno.test({
  name: "database, Redis and stages go away together and come back: the probes tell the truth, and devices are answered all the time",
  ignore: needs("mariadbd").ignore || needs("redis-server").ignore,
  fn: async () => {
    const outages = [["database", "redis", "esp32_server"]] as const;
    const outcome = await takeAway({ devices: 2, outages, acceptWithoutDatabase: false, intervalMs: 300 });
    print(`${JSON.stringify(outcome)}\n`);
  },
});
