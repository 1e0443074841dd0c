/**
 * The page's word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const replayNav = texts({ nav: "Replay" }, { nav: "回放" });
