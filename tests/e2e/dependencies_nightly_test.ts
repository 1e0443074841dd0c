import { needs } from "../support/programs.ts";
import { print } from "../../tools/output.ts";
import { type DependencyName, takeAway } from "./dependencies.ts";

/** One by one, in pairs, and all. */
const OUTAGES: readonly (readonly DependencyName[])[] = [
  ["database"],
  ["redis"],
  ["esp32_server"],
  ["database", "redis"],
  ["redis", "esp32_server"],
  ["database", "esp32_server"],
  ["database", "redis", "esp32_server"],
];

for (const acceptWithoutDatabase of [true, false]) {
  Deno.test({
    name: `whatever goes away under load, the probes tell the truth and devices are answered (${
      acceptWithoutDatabase ? "also without" : "only with"
    } a database)`,
    ignore: needs("mariadbd").ignore || needs("redis-server").ignore,
    fn: async () => {
      const outcome = await takeAway({ devices: 20, outages: OUTAGES, acceptWithoutDatabase });
      print(`${JSON.stringify(outcome)}\n`);
    },
  });
}
