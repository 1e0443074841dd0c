import { mariadbOfFile } from "../../../support/mariadb.ts";
import { historyContract } from "../contract.ts";
import { deviceContract } from "../device_contract.ts";
import { mysqlNodes } from "./harness.ts";

const { ignore, server } = mariadbOfFile();

historyContract("MySQL", () => mysqlNodes(server()), { ignore });

deviceContract("MySQL", async () => {
  const nodes = await mysqlNodes(server());
  const store = await nodes.open();
  return { store, commit: (turn) => store.commitTurn(turn), [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose]() };
}, { ignore });
