import assert from "node:assert/strict";
import { Worker as NodeWorker } from "node:worker_threads";
import { assertNoLeaks } from "./leaks.ts";

/** Short, because most of these tests leak on purpose and wait for nothing. */
const GRACE_MS = 100;
const IDLE_WORKER = "data:text/javascript,self.onmessage=()=>{}";

Deno.test("a worker that is not terminated is a leak", async () => {
  let worker: Worker | undefined;
  await assert.rejects(
    assertNoLeaks(() => void (worker = new Worker(IDLE_WORKER, { type: "module" })), GRACE_MS),
    /Leaked \d+, expected 0:\n {2}worker data:text/,
  );
  worker?.terminate();
});

Deno.test("a worker that is terminated is no leak, and Worker is itself again afterwards", async () => {
  const original = globalThis.Worker;
  await assertNoLeaks(() => {
    assert.notEqual(globalThis.Worker, original);
    new Worker(IDLE_WORKER, { type: "module" }).terminate();
  });
  assert.equal(globalThis.Worker, original);
});

Deno.test({
  name: "a worker of node:worker_threads that is not terminated is a leak, and one that is terminated is none",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    let worker: NodeWorker | undefined;
    const start = () => worker = new NodeWorker("setInterval(() => {}, 1000)", { eval: true });
    await assert.rejects(assertNoLeaks(() => void start(), GRACE_MS), /thread \d+: worker/);
    await worker?.terminate();
    await assertNoLeaks(async () => void await start().terminate());
  },
});

Deno.test({
  name: "an open socket is a leak and a closed one is not",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    let listener: Deno.Listener | undefined;
    await assert.rejects(
      assertNoLeaks(() => void (listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })), GRACE_MS),
      /descriptor \d+: socket:/,
    );
    listener?.close();
    await assertNoLeaks(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
  },
});

Deno.test("a pool that still counts something is a leak, named", async () => {
  await assert.rejects(assertNoLeaks((leaks) => leaks.pool("statements", () => 2), GRACE_MS), /pool statements: 2 open/);
  await assertNoLeaks((leaks) => leaks.pool("statements", () => 0));
});

Deno.test("an error of the body is not hidden by what it left open", async () => {
  const thrown = await assertNoLeaks((leaks) => {
    leaks.pool("statements", () => 1);
    throw new RangeError("the real trouble");
  }, GRACE_MS).then(() => undefined, (error: unknown) => error);
  assert.ok(thrown instanceof SuppressedError);
  assert.equal((thrown.suppressed as Error).message, "the real trouble");
});
