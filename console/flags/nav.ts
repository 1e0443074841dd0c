/**
 * The flags' word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const flagsNav = texts({ nav: "Flags" }, { nav: "功能开关" });
