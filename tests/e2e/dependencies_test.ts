import { needs } from "../support/programs.ts";
import { print } from "../../tools/output.ts";
import { takeAway } from "./dependencies.ts";

Deno.test({
  name: "database, Redis and stages go away together and come back: the probes tell the truth, and devices are answered all the time",
  ignore: needs("mariadbd").ignore || needs("redis-server").ignore,
  fn: async () => {
    const outcome = await takeAway({ devices: 3, outages: [["database", "redis", "esp32_server"]], acceptWithoutDatabase: false });
    print(`${JSON.stringify(outcome)}\n`);
  },
});
