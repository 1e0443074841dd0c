/**
 * Two nodes that read and change a table while their Redis is flushed, killed, restarted, frozen, slow and cut off.
 *
 * @module
 */

import assert from "node:assert/strict";
import { startRedis } from "../../support/redis.ts";
import { tcpProxy } from "../../support/tcp_proxy.ts";
import { until } from "../redis/support.ts";
import { type CacheNode, startNode } from "./nodes.ts";

/** Rows of the table: few, so that reads and changes meet. */
const ROWS = 4;
/** Time-out of a command in the storm: short, so that a frozen Redis is felt. */
const TIMEOUT_MS = 200;
/** Readers and writers at once, on each node. */
const READERS = 4;

const parse = (value: unknown) => typeof value === "number" ? value : undefined;

/** How a storm goes. */
export interface Storm {
  /** Rounds of flush, kill, freeze, slowness and cut. */
  readonly rounds: number;
  /** Reads and changes between two blows. */
  readonly between: number;
}

/** What came of it. */
export interface StormReport {
  readonly reads: number;
  readonly writes: number;
  readonly hits: number;
}

/**
 * Runs a storm and fails where a read was wrong or failed: behind what its own node changed, behind what another changed and all were told
 * of, or, once all is quiet again, behind anything.
 */
export async function storm({ rounds, between }: Storm): Promise<StormReport> {
  await using redis = await startRedis();
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(tcpProxy({ port: redis.port }));
  const url = `redis://${proxy.hostname}:${proxy.port}`;
  const nodes = [0, 1].map(() => stack.use(startNode(url, { timeoutMs: TIMEOUT_MS, settleMs: 50 })));
  await Promise.all(nodes.map((node) => node.ready()));
  const table = Array.from({ length: ROWS }, () => 0);
  const told = table.slice();
  const own = nodes.map(() => table.slice());
  let [reads, writes, random] = [0, 0, 1];
  const next = (below: number) => (random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0) % below;

  const read = async (node: number): Promise<void> => {
    const row = next(ROWS);
    const floor = Math.max(told[row]!, own[node]![row]!);
    const value = await nodes[node]!.cache.read(`row:${row}`, { tags: [`row:${row}`], parse }, async () => {
      await new Promise((resolve) => setTimeout(resolve, next(3)));
      return table[row]!;
    });
    assert.ok(value >= floor, `node ${node} read ${value} of row ${row}, of which ${floor} was over`);
    reads++;
  };
  const write = async (node: number): Promise<void> => {
    const row = next(ROWS);
    const version = ++table[row]!;
    const invalidated = nodes[node]!.cache.invalidate([`row:${row}`]);
    own[node]![row] = Math.max(own[node]![row]!, version);
    if (await invalidated) told[row] = Math.max(told[row]!, version);
    writes++;
  };
  let blowing = true;
  const work = async (node: number, act: (node: number) => Promise<void>): Promise<void> => {
    while (blowing) {
      await act(node);
      // A breath, so that timers and sockets of both nodes get their turn.
      await new Promise((resolve) => setTimeout(resolve, next(4)));
    }
  };
  const working = Promise.all(
    nodes.flatMap((_, node) => [work(node, write), ...Array.from({ length: READERS }, () => work(node, read))]),
  );
  const blows = [
    () => redis.flush(),
    async () => {
      await redis.save();
      await redis.kill();
      await more();
      await redis.restart();
    },
    async () => {
      redis.pause();
      await until(() => nodes.some((node) => node.link.status.state === "down"), "the freeze is felt");
      await more();
      redis.resume();
    },
    async () => {
      proxy.delay(TIMEOUT_MS / 4);
      await more();
      proxy.delay(TIMEOUT_MS * 2);
      await until(() => nodes.some((node) => node.link.status.state === "down"), "the slowness is felt");
      await more();
      proxy.heal();
    },
    async () => {
      proxy.cut();
      await more();
      await proxy.refuse();
      await more();
      proxy.heal();
    },
  ];
  const more = (): Promise<void> => {
    const enough = reads + between;
    return Promise.race([working.then(() => {}), until(() => reads >= enough, "reads go on")]);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const blow of blows) {
        await more();
        await blow();
        await Promise.race([working, recovered(nodes)]);
      }
    }
    await more();
  } finally {
    redis.resume();
    proxy.heal();
    blowing = false;
  }
  await working;
  await recovered(nodes);
  for (let row = 0; row < ROWS; row++) told[row] = table[row]!;
  for (let again = 0; again < 50; again++) await Promise.all(nodes.map((_, node) => read(node)));
  const hits = nodes.reduce((sum, { cache }) => sum + cache.counts.hits, 0);
  return { reads, writes, hits };
}

async function recovered(nodes: readonly CacheNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.ready()));
}
