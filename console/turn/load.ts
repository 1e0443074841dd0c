/**
 * What the page of a turn needs from the server.
 *
 * @module
 */

import type { DeviceSettingsInfo, Listed, Turn } from "../../routes/console/types.ts";
import type { Latency } from "../../services/timeline/latency.ts";
import type { Api } from "../api/client.ts";

/** Turns that are looked at for what is usual. */
const USUAL_OF = 100;
/** Turns that may begin in the same millisecond as this one. */
const SAME_INSTANT = 3;

/** A turn and what is around it. What cannot be had is absent: the page shows the rest. */
export interface LoadedTurn {
  readonly turn: Turn;
  readonly latency: Latency | undefined;
  readonly providers: DeviceSettingsInfo["providers"];
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The device's recording as NDJSON; empty where there is none. */
  readonly recording: string;
}

/** Asks for a turn, and for what is around it at once. */
export async function loadTurn(api: Api, id: string): Promise<LoadedTurn> {
  const turn = await api.get<Turn>(`/api/turns/${encodeURIComponent(id)}`);
  const device = encodeURIComponent(turn.deviceId);
  const [latency, settings, before, after, recording] = await Promise.all([
    soft(api.get<Latency>(`/api/devices/${device}/latency?turns=${USUAL_OF}&source=${turn.source}`)),
    soft(api.settings(turn.deviceId)),
    soft(neighbour(api, turn, "newest")),
    soft(neighbour(api, turn, "oldest")),
    soft(api.request("GET", `/debug/devices/${device}/recording`).then((response) => response.text())),
  ]);
  return { turn, latency, providers: settings?.providers, before, after, recording: recording ?? "" };
}

/** The turn of the same session before (`newest` of the earlier ones) or after it (`oldest` of the later ones). */
async function neighbour(api: Api, turn: Turn, order: "newest" | "oldest"): Promise<string | undefined> {
  const query = new URLSearchParams({
    sessionId: turn.sessionId,
    order,
    limit: String(SAME_INSTANT),
    ...(order === "newest" ? { until: String(turn.startedAt + 1) } : { from: String(turn.startedAt) }),
  });
  const { items } = await api.get<Listed<Turn>>(`/api/turns?${query}`);
  const way = order === "newest" ? -1 : 1;
  const distance = (other: Turn) => Math.sign(other.startedAt - turn.startedAt) || compare(other.turnId, turn.turnId);
  return items.find((other) => distance(other) === way)?.turnId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function soft<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch(() => undefined);
}
