/**
 * The ways of listening, in the order in which people are shown them.
 *
 * @module
 */

import type { ListenMode } from "../../protocol/listen.ts";

/** The most usual first. */
export const LISTEN_MODES_SHOWN: readonly ListenMode[] = ["auto", "realtime", "manual"];
