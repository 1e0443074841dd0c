/**
 * The pages of the console. A page's code is loaded when it is opened; see docs/console.md.
 *
 * @module
 */

import type { JSX } from "preact";
import { browserDeviceNav } from "./browser_device/nav.ts";
import { fleetNav } from "./fleet/nav.ts";
import { replayNav } from "./replay/nav.ts";
import type { Texts } from "./i18n/texts.ts";
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

/** All pages, in the order of the navigation. The first is what `/console` shows. */
export const PAGES: readonly PageEntry[] = [
  { path: "/devices", nav: { texts: fleetNav, icon: "devices" }, load: () => import("./fleet/page.tsx") },
  { path: "/replay", nav: { texts: replayNav, icon: "replay" }, load: () => import("./replay/page.tsx") },
  { path: "/devices/:id", parent: "/devices", load: () => import("./device/page.tsx") },
  { path: "/devices/:id/live", parent: "/devices", load: () => import("./live/page.tsx") },
  { path: "/device", nav: { texts: browserDeviceNav, icon: "mic" }, load: () => import("./browser_device/page.tsx") },
];
