/**
 * The actors that the delivery machine invokes, each a thin wrapper around a port.
 *
 * @module
 */

import { fromPromise } from "xstate";
import type { DeliveryPorts } from "./ports.ts";

/** Delivers a batch. */
export const deliver = fromPromise<{ readonly more: boolean }, { ports: DeliveryPorts }>(
  ({ input, signal }) => input.ports.deliver(signal),
);

/** Deletes a few old turns. */
export const prune = fromPromise<{ readonly more: boolean }, { ports: DeliveryPorts }>(({ input }) => input.ports.prune());
