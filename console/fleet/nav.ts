/**
 * The fleet's word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const fleetNav = texts({ nav: "Devices" }, { nav: "设备" });
