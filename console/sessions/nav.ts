/**
 * The sessions' word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const sessionsNav = texts({ nav: "Sessions" }, { nav: "会话" });
