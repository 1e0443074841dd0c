/**
 * What a panel of a device's page is handed.
 *
 * @module
 */

/** Of the device that the page shows. */
export interface PanelProps {
  readonly deviceId: string;
}
