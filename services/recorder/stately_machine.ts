/**
 * What an export for Stately's inspector has to know of a machine.
 *
 * @module
 */

import type { AnyStateMachine } from "xstate";
import { describe } from "../charts/describe.ts";
import type { StatelyMachine } from "./stately.ts";

/** A machine of this version. */
export function statelyMachine(machine: AnyStateMachine): StatelyMachine {
  return { chart: describe(machine), definition: JSON.stringify(machine.definition) };
}
