/**
 * Which devices the fleet page shows, and in which order.
 *
 * @module
 */

import type { FleetDevice } from "../../routes/console/types.ts";
import { alertsOf } from "../data/alerts.ts";

/** What the page can be narrowed to. */
export const FILTERS = ["all", "online", "busy", "offline", "alerts"] as const;
/** What it can be sorted by. */
export const SORTS = ["name", "state", "board", "signal", "turns", "restarts", "latency", "alerts"] as const;

/** One of {@link FILTERS}. */
export type Filter = (typeof FILTERS)[number];
/** One of {@link SORTS}. */
export type Sort = (typeof SORTS)[number];

/** What is wanted. */
export interface FleetView {
  readonly search: string;
  readonly filter: Filter;
  readonly sort: Sort;
  readonly descending: boolean;
}

/** States in which somebody speaks or waits for an answer. */
export const BUSY: ReadonlySet<string> = new Set(["vad", "recognizing", "thinking", "speaking", "persisting"]);

/** States in the order in which they matter to somebody who looks. */
const ORDER = [
  "crashed",
  "speaking",
  "thinking",
  "recognizing",
  "vad",
  "persisting",
  "listening",
  "idle",
  "preparing",
  "connecting",
  "closing",
];

/** What a device is called: the name that people gave it, else its id. */
export function nameOf({ name, alias, id }: Pick<FleetDevice, "name" | "alias" | "id">): string {
  return name ?? alias ?? id;
}

/** The devices that fit, in order. `now` is the server's time. */
export function fleetView(devices: Iterable<FleetDevice>, { search, filter, sort, descending }: FleetView, now: number): FleetDevice[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = [...devices].filter((device) => fits(device, filter, now) && words.every((word) => textOf(device).includes(word)));
  const keys = new Map(found.map((device) => [device, keyOf(device, sort, now)]));
  const sign = descending ? -1 : 1;
  return found.sort((a, b) => sign * compare(keys.get(a), keys.get(b)) || compare(nameOf(a), nameOf(b)) || compare(a.id, b.id));
}

/** How many devices each filter leaves. */
export function counts(devices: Iterable<FleetDevice>, now: number): Readonly<Record<Filter, number>> {
  const found = { all: 0, online: 0, busy: 0, offline: 0, alerts: 0 };
  for (const device of devices) for (const filter of FILTERS) if (fits(device, filter, now)) found[filter]++;
  return found;
}

function fits(device: FleetDevice, filter: Filter, now: number): boolean {
  switch (filter) {
    case "all":
      return true;
    case "online":
      return device.online;
    case "offline":
      return !device.online;
    case "busy":
      return BUSY.has(device.state ?? "");
    case "alerts":
      return alertsOf(device, now).length > 0;
  }
}

function textOf({ id, name = "", alias = "", room = "", board = "", firmware = "", state = "", address = "" }: FleetDevice): string {
  return `${id}\n${name}\n${alias}\n${room}\n${board}\n${firmware}\n${state}\n${address}`.toLowerCase();
}

function keyOf(device: FleetDevice, sort: Sort, now: number): string | number {
  switch (sort) {
    case "name":
      return nameOf(device).toLowerCase();
    case "state": {
      const place = ORDER.indexOf(device.state ?? "");
      return device.online ? (place < 0 ? ORDER.length : place) : ORDER.length + 1;
    }
    case "board":
      return `${device.board ?? "\uffff"} ${device.firmware ?? ""}`;
    case "signal":
      return -(device.rssi ?? -999);
    case "turns":
      return -device.turns;
    case "restarts":
      return -device.restarts;
    case "latency":
      return -(device.latencies.at(-1) ?? -1);
    case "alerts":
      return -alertsOf(device, now).length;
  }
}

function compare(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0;
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
