/**
 * The panels of a device's page, below its settings and tools: each is loaded with the page and drawn in this order.
 *
 * @module
 */

import type { JSX } from "preact";

/** What a panel is handed. */
export interface PanelProps {
  readonly deviceId: string;
}

/** A panel. */
export interface PanelEntry {
  readonly id: string;
  readonly load: () => Promise<{ readonly default: (props: PanelProps) => JSX.Element | null }>;
}

/** All panels, in the order in which they are shown. */
export const PANELS: readonly PanelEntry[] = [
  { id: "sessions", load: () => import("../sessions/panel.tsx") },
  { id: "live", load: () => import("../live/panel.tsx") },
  { id: "turns", load: () => import("../turn/panel.tsx") },
];
