/**
 * Asks the server for charts.
 *
 * @module
 */

import type { DrawnChart } from "../../services/charts/placed.ts";
import type { Api } from "../api/client.ts";

/** The charts of the server's version, by the id of their machine. Browsers keep them, and ask whether they are still right. */
export async function loadCharts(api: Api, machines: readonly string[]): Promise<ReadonlyMap<string, DrawnChart>> {
  const charts = await Promise.all(machines.map((id) => api.get<DrawnChart>(`/api/console/charts/${encodeURIComponent(id)}`)));
  return new Map(charts.map((chart) => [chart.id, chart]));
}
