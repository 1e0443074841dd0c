/**
 * The pages of the console. A page's code is loaded when it is opened; see docs/console.md.
 *
 * @module
 */

import type { JSX } from "preact";
import { flagsNav } from "./flags/nav.ts";
import { browserDeviceNav } from "./browser_device/nav.ts";
import { fleetNav } from "./fleet/nav.ts";
import { replayNav } from "./replay/nav.ts";
import type { Texts } from "./i18n/texts.ts";
import { overviewNav } from "./overview/nav.ts";
import { sessionsNav } from "./sessions/nav.ts";
import type { IconName } from "./ui/icons.tsx";

/** What a page is handed: the parameters of its address. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

/** A page. */
export interface PageEntry {
  /** Pattern of its path below `/console`, such as `/devices/:id`. */
  readonly path: string;
  /** Its place in the navigation; absent for pages that others lead to. */
  readonly nav?: { readonly texts: Texts<{ readonly nav: string }>; readonly icon: IconName };
  /** Path of the page whose place in the navigation is marked instead. */
  readonly parent?: string;
  readonly load: () => Promise<{ readonly default: (props: PageProps) => JSX.Element }>;
}

/** What `/console` shows: the devices, which is what most people come for. */
export const START = "/devices";

/** All pages, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { path: "/overview", nav: { texts: overviewNav, icon: "overview" }, load: () => import("./overview/page.tsx") },
  { path: "/devices", nav: { texts: fleetNav, icon: "devices" }, load: () => import("./fleet/page.tsx") },
  { path: "/devices/:id", parent: "/devices", load: () => import("./device/page.tsx") },
  { path: "/sessions", nav: { texts: sessionsNav, icon: "sessions" }, load: () => import("./sessions/page.tsx") },
  { path: "/sessions/:id", parent: "/sessions", load: () => import("./session/page.tsx") },
  { path: "/devices/:id/live", parent: "/devices", load: () => import("./live/page.tsx") },
  { path: "/turns/:id", parent: "/sessions", load: () => import("./turn/page.tsx") },
  { path: "/device", nav: { texts: browserDeviceNav, icon: "mic" }, load: () => import("./browser_device/page.tsx") },
  { path: "/replay", nav: { texts: replayNav, icon: "replay" }, load: () => import("./replay/page.tsx") },
  { path: "/flags", nav: { texts: flagsNav, icon: "flag" }, load: () => import("./flags/page.tsx") },
];
