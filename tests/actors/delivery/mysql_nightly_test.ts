import { needs } from "../../support/programs.ts";
import { deliverThroughChaos } from "./mysql_chaos.ts";

Deno.test({
  ignore: needs("mariadbd").ignore,
  name: "every turn reaches MySQL once, row by row the same, although the server is killed and the network cut meanwhile (1,000 turns)",
  fn: () => deliverThroughChaos(1_000),
});
