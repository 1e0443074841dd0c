import assert from "node:assert/strict";
import { createActor, fromCallback, fromPromise, setup } from "xstate";
import type { Restart } from "../../actors/supervision/child_spec.ts";
import { type FaultRig, injectFaults } from "./fault_injection.ts";
import { assertNoLeaks } from "./leaks.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** A daemon as platform actors are: it connects, polls, and waits after an error, with a subscription all along. */
function daemon(restart: Restart): FaultRig {
  const clock = new VirtualClock();
  const held = { subscriptions: 0, requests: 0 };
  const machine = setup({
    actors: {
      subscription: fromCallback(() => {
        held.subscriptions++;
        return () => void held.subscriptions--;
      }),
      request: fromPromise<void>(({ signal }) => {
        held.requests++;
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            held.requests--;
            reject(signal.reason);
          })
        );
      }),
    },
  }).createMachine({
    invoke: { src: "subscription", onError: {} },
    initial: "idle",
    states: {
      idle: { after: { 1000: "polling" } },
      polling: { invoke: { src: "request", onError: "backoff" }, on: { REFUSED: "backoff" }, after: { 5000: "backoff" } },
      backoff: { after: { 30_000: "idle" } },
    },
  });
  return {
    clock,
    spec: { id: "daemon", restart, create: () => createActor(machine, { clock }) },
    open: () => ({ ...held }),
  };
}

for (const restart of ["permanent", "transient", "temporary"] as const) {
  injectFaults({
    name: `a ${restart} daemon`,
    make: () => daemon(restart),
    ways: {
      idle: () => {},
      polling: ({ clock }) => clock.advance(1000),
      backoff: async ({ clock }, actor) => {
        await clock.advance(1000);
        actor.send({ type: "REFUSED" });
      },
    },
  });
}

Deno.test("crashes of a daemon leave no worker, socket or file", async () => {
  await assertNoLeaks(async () => {
    for (let n = 0; n < 20; n++) {
      const { spec, clock } = daemon("temporary");
      const actor = spec.create();
      actor.subscribe({ error: () => {} });
      actor.start();
      await clock.advance(1000);
      actor.stop();
      assert.equal(clock.armed, 0);
    }
  });
});
