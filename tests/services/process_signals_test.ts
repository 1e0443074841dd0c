import assert from "node:assert/strict";
import { type EndSignal, type SignalSource, watchSignals } from "../../services/process_signals.ts";
import { settle, VirtualClock } from "../support/virtual_clock.ts";

function scene(os = "linux") {
  const clock = new VirtualClock();
  const handlers = new Map<EndSignal, () => void>();
  const source: SignalSource = {
    addSignalListener: (signal, handler) => void handlers.set(signal, handler),
    removeSignalListener: (signal, handler) => void (handlers.get(signal) === handler && handlers.delete(signal)),
  };
  const heard: unknown[] = [];
  const signals = watchSignals(clock, source, os);
  signals.first.then((signal) => heard.push(signal));
  signals.second.then((second) => heard.push(second));
  const send = (signal: EndSignal) => (handlers.get(signal)?.(), settle());
  return { clock, handlers, signals, heard, send };
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`the first signal asks for an end in good order, and ${signal} after it for one at once, with exit code ${code}`, async () => {
    const { clock, heard, send } = scene();
    await send("SIGTERM");
    assert.deepEqual(heard, ["SIGTERM"]);
    await clock.advance(1000);
    await send(signal);
    assert.deepEqual(heard, ["SIGTERM", { signal, code }]);
  });
}

Deno.test("a signal that a task passes on right after the terminal sent it is the same one", async () => {
  const { clock, heard, send } = scene();
  await send("SIGINT");
  await clock.advance(999);
  await send("SIGINT");
  assert.deepEqual(heard, ["SIGINT"]);
});

Deno.test("the signals of the system are listened for until disposal", () => {
  assert.deepEqual([...scene("windows").handlers.keys()], ["SIGINT"]);
  const { signals, handlers } = scene();
  assert.deepEqual([...handlers.keys()], ["SIGINT", "SIGTERM", "SIGHUP"]);
  signals[Symbol.dispose]();
  assert.equal(handlers.size, 0);
});
