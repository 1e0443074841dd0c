/**
 * The health actor under its supervisor, made to crash in each place of its chart.
 *
 * @module
 */

import type { FaultRig } from "../../support/fault_injection.ts";
import { injectFaults } from "../../support/fault_injection.ts";
import { type Patient, rig } from "./rig.ts";

function make(): FaultRig & { readonly patients: Record<string, Patient> } {
  const { clock, health, patients, log } = rig({ disk: true, redis: false });
  const dispose = () => {
    log[Symbol.dispose]();
    return Promise.resolve();
  };
  return { clock, spec: health.spec, patients, [Symbol.asyncDispose]: dispose };
}

injectFaults({
  name: "health",
  make,
  flagged: true,
  ways: {
    starting: async ({ clock, patients }) => {
      patients.redis!.answer = "hang";
      await clock.advance(250);
    },
    healthy: ({ clock }) => clock.advance(1000),
    degraded: async ({ clock, patients }) => {
      patients.redis!.answer = "fail";
      await clock.advance(1000);
    },
    unhealthy: async ({ clock, patients }) => {
      patients.disk!.answer = "throw";
      await clock.advance(1000);
    },
  },
});
