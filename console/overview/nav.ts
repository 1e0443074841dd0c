/**
 * The overview's word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const overviewNav = texts({ nav: "Overview" }, { nav: "总览" });
