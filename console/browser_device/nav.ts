/**
 * The browser device's word in the navigation.
 *
 * @module
 */

import { texts } from "../i18n/texts.ts";

/** The word. */
export const browserDeviceNav = texts({ nav: "Browser device" }, { nav: "浏览器设备" });
