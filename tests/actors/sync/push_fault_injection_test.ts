/**
 * The daemon of pushed reports under its supervisor, made to crash in each place of its chart.
 *
 * @module
 */

import { PushDaemon } from "../../../actors/sync/push_daemon.ts";
import type { Harvest } from "../../../services/sync/source.ts";
import { STEADY, TUNING } from "../../services/sync/support.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { type FaultRig, injectFaults } from "../../support/fault_injection.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

/** The daemon on a source that answers when it is told to. */
interface Rig extends FaultRig {
  readonly clock: VirtualClock;
  asked: PromiseWithResolvers<Harvest>;
}

function rig(): Rig {
  const clock = new VirtualClock();
  const log = captureLogger();
  const reading = new Set<AbortSignal>();
  const unused = () => Promise.reject(new Error("Not called"));
  const daemon = new PushDaemon({
    source: {
      name: "push",
      mutable: false,
      read: (_checkpoint, { signal }) => {
        reading.add(signal);
        signal.addEventListener("abort", () => reading.delete(signal));
        it.asked = Promise.withResolvers();
        return it.asked.promise.finally(() => reading.delete(signal));
      },
    },
    archive: { apply: unused, turn: unused, erase: unused },
    checkpoints: {
      load: () => Promise.resolve(undefined),
      save: () => Promise.resolve(true),
      claim: () => Promise.resolve(true),
    },
    tuning: TUNING,
    clock,
    random: STEADY,
    logger: log.logger,
  });
  const it: Rig = {
    clock,
    asked: Promise.withResolvers(),
    spec: daemon.spec,
    open: () => ({ readings: reading.size }),
    [Symbol.asyncDispose]: () => Promise.resolve(log[Symbol.dispose]()),
  };
  return it;
}

injectFaults<Rig>({
  name: "the daemon of pushed reports",
  make: rig,
  flagged: true,
  ways: {
    waiting: async (it) => {
      await it.clock.advance(0);
      it.asked.resolve({ turns: [], checkpoint: "1", more: false });
      await settle();
    },
    reading: ({ clock }) => clock.advance(0),
    backoff: async (it) => {
      await it.clock.advance(0);
      it.asked.reject(new Error("The store is away"));
      await settle();
    },
  },
});
