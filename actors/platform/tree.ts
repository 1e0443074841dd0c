/**
 * The supervision tree of the process. What stands below relies on what stands above it, so a crash restarts what comes after it as well;
 * the order of the start is that of the lines, the order of the stop its reverse: the listener is opened last and closed first.
 *
 * @module
 */

import type { AnyChildSpec, SupervisorSpec } from "../supervision/child_spec.ts";
import type { BackOff, SupervisorSettings } from "../supervision/settings.ts";

/** The daemons, each an option. */
export interface Daemons {
  /** Takes committed turns from the outbox to the database. */
  readonly delivery?: AnyChildSpec;
  /** Takes in the history of other servers. */
  readonly sync?: AnyChildSpec;
  /** Forgets what others have changed. */
  readonly cacheInvalidation?: AnyChildSpec;
  /** Watches the event loop, and counts availability. */
  readonly metrics?: AnyChildSpec;
  /** Asks everything how it is. */
  readonly health?: AnyChildSpec;
  /** Tells people of what is wrong. */
  readonly alerts?: AnyChildSpec;
}

/** What a process is made of. */
export interface PlatformParts {
  /** The data directory, keys and secrets. */
  readonly configuration?: AnyChildSpec;
  /** A Redis that all nodes share. Whatever it does, it degrades and never ends the process. */
  readonly redis?: AnyChildSpec;
  /** Where the history is kept. */
  readonly database?: AnyChildSpec;
  /** What hears, thinks and speaks for the devices. */
  readonly speech?: AnyChildSpec;
  readonly daemons?: Daemons;
  readonly devices: AnyChildSpec;
  readonly http: AnyChildSpec;
}

/** Restarts of the top, which are multiplied by those below it: few, so that a process that cannot heal is replaced within a minute. */
const TOP: SupervisorSettings = {
  strategy: "rest_for_one",
  intensity: 3,
  periodMs: 60_000,
  backOff: { firstMs: 1000, maxMs: 10_000, factor: 2, jitter: 0.2 },
};

/** Daemons depend on servers that are away for minutes: they wait longer each time, and differently from those of other nodes. */
const DAEMON_BACK_OFF: BackOff = { firstMs: 1000, maxMs: 30_000, factor: 2, jitter: 0.2 };

/** The settings of the supervisor at the top. */
export const PLATFORM_SETTINGS: SupervisorSettings = TOP;

/** The children of the top, in the order of their start. */
export function platformChildren({ configuration, redis, database, speech, daemons = {}, devices, http }: PlatformParts): AnyChildSpec[] {
  const { delivery, sync, cacheInvalidation, metrics, health, alerts } = daemons;
  const each = [delivery, sync, cacheInvalidation, metrics, health, alerts].filter((spec) => spec !== undefined);
  return [
    configuration,
    redis === undefined ? undefined : optional(redis),
    database,
    speech,
    each.length === 0 ? undefined : daemonSupervisor(each),
    devices,
    http,
  ].filter((spec) => spec !== undefined);
}

function daemonSupervisor(children: readonly AnyChildSpec[]): SupervisorSpec {
  return {
    id: "daemons",
    restart: "permanent",
    strategy: "one_for_one",
    intensity: 5,
    periodMs: 30_000,
    backOff: DAEMON_BACK_OFF,
    children,
  };
}

/** The same child with a word more; its methods stay its own. */
function optional(spec: AnyChildSpec): AnyChildSpec {
  return Object.create(spec, { optional: { value: true, enumerable: true } });
}
