/**
 * What every transport is made from, and what it offers beside taking upgrades.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { SocketCounts } from "./census.ts";
import type { LinkLimits } from "./limits.ts";

/** What a transport needs. */
export interface TransportOptions {
  readonly limits: LinkLimits;
  readonly logger: Logger;
  /** Makes the ids of connections. */
  readonly connectionId: () => string;
}

/** A transport, whichever library carries it. Taking an upgrade differs, because the two HTTP servers hand over different things. */
export interface DeviceTransport {
  /** Sockets by where they are in their life. */
  counts(): SocketCounts;
  /** Closes every open socket; their owners hear it in this call. */
  closeAll(code: number, reason: string): void;
}
