import assert from "node:assert/strict";
import { migrateDatabase } from "../../../services/database/migrations/migrate.ts";
import { DATABASE_STEPS } from "../../../services/database/steps.ts";
import type { Database } from "../../../services/database/database.ts";
import type { Leases } from "../../../services/lease/lease.ts";
import { mysqlLeases } from "../../../services/lease/mysql.ts";
import { testDatabase } from "../../support/database.ts";
import { mariadbOfFile } from "../../support/mariadb.ts";
import { type TcpProxy, tcpProxy } from "../../support/tcp_proxy.ts";
import { leaseContract } from "./contract.ts";

const { ignore, server } = mariadbOfFile();

interface Node extends AsyncDisposable {
  readonly leases: Leases;
  readonly database: Database;
  readonly proxy: TcpProxy;
}

/** Nodes of one database, each with a network of its own. */
async function cluster(): Promise<{ node(): Promise<Node> } & AsyncDisposable> {
  const options = await server().createDatabase();
  const nodes: Node[] = [];
  return {
    async node() {
      const proxy = tcpProxy({ port: options.port });
      const database = await testDatabase({ ...options, port: proxy.port });
      await migrateDatabase(database, { steps: DATABASE_STEPS });
      const leases = mysqlLeases(database);
      const node = {
        leases,
        database,
        proxy,
        async [Symbol.asyncDispose]() {
          await leases[Symbol.asyncDispose]();
          await database[Symbol.asyncDispose]();
          await proxy[Symbol.asyncDispose]();
        },
      };
      nodes.push(node);
      return node;
    },
    async [Symbol.asyncDispose]() {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    },
  };
}

/** Asks until the lease is granted. */
async function won(leases: Leases, holder: string) {
  while (true) {
    const grant = await leases.acquire("sync", holder, 600_000);
    if (grant !== undefined) return grant;
  }
}

leaseContract("leases in MySQL", async () => {
  const nodes = await cluster();
  const proxies = new Map<Leases, TcpProxy>();
  return {
    node: async () => {
      const { leases, proxy } = await nodes.node();
      proxies.set(leases, proxy);
      return leases;
    },
    elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    cut: async (leases) => await proxies.get(leases)?.refuse(),
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}, { ignore, runs: 5 });

Deno.test({
  name: "leases in MySQL: a holder whose connection is lost has lost the lease, and another gets it at once",
  ignore,
  fn: async () => {
    await using nodes = await cluster();
    const [one, other] = [await nodes.node(), await nodes.node()];
    const first = await won(one.leases, "a");
    one.proxy.cut();
    const second = await won(other.leases, "b");
    assert.ok(second.token > first.token);
    assert.equal(await one.leases.renew(first, 600_000), false);
    await one.leases.release(first);
    assert.equal(await other.leases.renew(second, 600_000), true);
  },
});

Deno.test({
  name: "leases in MySQL: a holder that hangs behind a dead network loses the lease when its time is over, and knows it when it is back",
  ignore,
  fn: async () => {
    await using nodes = await cluster();
    const [one, other] = [await nodes.node(), await nodes.node()];
    const first = await one.leases.acquire("sync", "a", 100);
    one.proxy.stall();
    const second = await won(other.leases, "b");
    assert.ok(second.token > (first?.token ?? 0));
    one.proxy.heal();
    assert.equal(await one.leases.renew(first!, 600_000), false);
    assert.equal(await one.leases.acquire("sync", "a", 600_000), undefined);
  },
});

Deno.test({
  name: "leases in MySQL: a node that starts again takes its own lease over from its connection before",
  ignore,
  fn: async () => {
    await using nodes = await cluster();
    const [before, after] = [await nodes.node(), await nodes.node()];
    const first = await won(before.leases, "a");
    before.proxy.stall();
    const second = await after.leases.acquire("sync", "a", 600_000);
    assert.ok((second?.token ?? 0) > first.token);
    before.proxy.heal();
    assert.equal(await before.leases.renew(first, 600_000), false);
  },
});

Deno.test({
  name: "leases in MySQL: a kept lease holds a connection, and none is left when it is given back",
  ignore,
  fn: async () => {
    await using nodes = await cluster();
    const { leases, database } = await nodes.node();
    assert.equal(database.busy, 0);
    const grant = await won(leases, "a");
    assert.equal(database.busy, 1);
    await leases.release(grant);
    assert.equal(database.busy, 0);
  },
});
