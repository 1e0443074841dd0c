/**
 * The panels of a device's page, below its settings and tools, drawn in this order.
 *
 * @module
 */

import type { JSX } from "preact";
import { LivePanel } from "../live/panel.tsx";
import { SessionsPanel } from "../sessions/panel.tsx";
import { LatestTurns } from "../turn/panel.tsx";
import type { PanelProps } from "./panel.ts";

/** All panels. Part of the page's own script: all are shown at once, and each import of its own would cost requests of a first load. */
export const PANELS: readonly ((props: PanelProps) => JSX.Element | null)[] = [SessionsPanel, LivePanel, LatestTurns];
