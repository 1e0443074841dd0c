import assert from "node:assert/strict";
import { createActor, fromCallback, setup } from "xstate";
import type { ChildSpec, Restart, SupervisorEvent } from "../../../actors/supervision/child_spec.ts";
import { Supervisor } from "../../../actors/supervision/supervisor.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** A supervisor with children that crash and end on request, and whose leaves are counted. */
function family() {
  const clock = new VirtualClock();
  const events: SupervisorEvent[] = [];
  const live = new Set<number>();
  let made = 0;
  const leaf = fromCallback(() => {
    const id = ++made;
    live.add(id);
    return () => live.delete(id);
  });
  const machine = setup({
    actors: { leaf },
    actions: {
      boom: () => {
        throw new Error("boom");
      },
    },
  }).createMachine({
    initial: "on",
    invoke: { src: "leaf", onError: {} },
    states: { on: { on: { CRASH: { actions: "boom" }, END: "off" } }, off: { type: "final" } },
  });
  const actors: ReturnType<typeof createActor<typeof machine>>[] = [];
  const downs: unknown[] = [];
  const spec = (id: string, restart: Restart): ChildSpec => ({
    id,
    restart,
    create: () => {
      const actor = createActor(machine, { clock });
      actors.push(actor);
      return actor;
    },
    onDown: (reason) => downs.push(reason),
  });
  const supervisor = new Supervisor({ clock, onEvent: (event) => events.push(event) });
  const send = (type: "CRASH" | "END") => actors.at(-1)!.send({ type });
  return { clock, events, live, downs, spec, supervisor, send, made: () => made };
}

Deno.test("a permanent child that crashes is started again at once, with nothing of the old one left", async () => {
  const { supervisor, spec, send, clock, live, made } = family();
  supervisor.start(spec("a", "permanent"));
  send("CRASH");
  await clock.advance(0);
  assert.equal(made(), 2);
  assert.equal(live.size, 1);
  supervisor[Symbol.dispose]();
  assert.equal(live.size, 0);
});

Deno.test("a permanent child that ends is started again, a transient one only after a crash", async () => {
  const { supervisor, spec, send, clock, made } = family();
  supervisor.start(spec("a", "permanent"));
  send("END");
  await clock.advance(0);
  assert.equal(made(), 2);
  supervisor.stop("a");
  supervisor.start(spec("b", "transient"));
  send("CRASH");
  await clock.advance(0);
  assert.equal(made(), 4);
  send("END");
  await clock.advance(60_000);
  assert.equal(made(), 4);
  assert.equal(supervisor.size, 0);
});

Deno.test("a temporary child that crashes stays down and its owner hears why", async () => {
  const { supervisor, spec, send, clock, downs, live } = family();
  supervisor.start(spec("a", "temporary"));
  send("CRASH");
  await clock.advance(60_000);
  assert.equal((downs[0] as Error).message, "boom");
  assert.equal(live.size, 0);
  assert.equal(supervisor.size, 0);
});

Deno.test("the second restart waits, each later one twice as long, and too many escalate", async () => {
  const { supervisor, spec, send, clock, events } = family();
  supervisor.start(spec("a", "permanent"));
  for (let i = 0; i < 6; i++) {
    send("CRASH");
    await clock.advance(8000 / 2 ** (4 - Math.min(i, 4)));
  }
  const delays = events.flatMap((event) => (event.type === "restart" ? [event.delayMs] : []));
  assert.deepEqual(delays, [0, 1000, 2000, 4000, 8000]);
  assert.deepEqual(events.slice(-2).map(({ type }) => type), ["escalate", "down"]);
  assert.equal(supervisor.size, 0);
  assert.equal(clock.armed, 0);
});

Deno.test("crashes that are far enough apart never escalate", async () => {
  const { supervisor, spec, send, clock, made } = family();
  supervisor.start(spec("a", "permanent"));
  for (let i = 0; i < 20; i++) {
    send("CRASH");
    await clock.advance(31_000);
  }
  assert.equal(made(), 21);
  supervisor[Symbol.dispose]();
});

Deno.test("a crash of one child leaves its siblings alone", async () => {
  const { supervisor, spec, send, clock, live } = family();
  supervisor.start(spec("a", "temporary"));
  supervisor.start(spec("b", "temporary"));
  send("CRASH");
  await clock.advance(0);
  assert.deepEqual(supervisor.which(), ["a"]);
  assert.equal(live.size, 1);
  supervisor[Symbol.dispose]();
});

Deno.test("a child stopped while it waits for its restart is not started", async () => {
  const { supervisor, spec, send, clock, made } = family();
  supervisor.start(spec("a", "permanent"));
  send("CRASH");
  await clock.advance(0);
  send("CRASH");
  supervisor.stop("a");
  await clock.advance(60_000);
  assert.equal(made(), 2);
  assert.equal(clock.armed, 0);
});

Deno.test("a second child of the same id is refused with its name", () => {
  const { supervisor, spec } = family();
  supervisor.start(spec("a", "temporary"));
  assert.throws(() => supervisor.start(spec("a", "temporary")), /"a"/);
  supervisor[Symbol.dispose]();
});
