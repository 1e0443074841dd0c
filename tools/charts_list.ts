/**
 * The machines that `deno task charts` draws.
 *
 * @module
 */

import type { AnyStateMachine } from "xstate";
import { deliveryMachine } from "../actors/delivery/machine.ts";
import { invalidationMachine } from "../actors/cache/machine.ts";
import { deviceMachine } from "../actors/device/machine.ts";
import { checkMachine } from "../actors/health/check_machine.ts";
import { healthMachine } from "../actors/health/machine.ts";
import { leaseMachine } from "../actors/sync/lease_machine.ts";
import { syncMachine } from "../actors/sync/machine.ts";
import { sourceMachine } from "../actors/sync/source_machine.ts";

/** A machine and the name of its files in `docs/charts`. */
export interface ChartSource {
  /** File name without ending. */
  readonly name: string;
  readonly machine: AnyStateMachine;
}

/** All machines, in the order they are drawn. */
export const chartSources: readonly ChartSource[] = [
  { name: "device", machine: deviceMachine },
  { name: "delivery", machine: deliveryMachine },
  { name: "cache", machine: invalidationMachine },
  { name: "sync", machine: syncMachine },
  { name: "sync_source", machine: sourceMachine },
  { name: "lease", machine: leaseMachine },
  { name: "health", machine: healthMachine },
  { name: "health_check", machine: checkMachine },
];
