/**
 * The drawn charts of this version, as `deno task charts` keeps them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DrawnChart } from "./placed.ts";

/** Where they are. */
export const CHARTS_FOLDER: string = fileURLToPath(new URL("../../docs/charts/", import.meta.url));

/** A chart as it is sent. */
export interface ChartFile {
  readonly id: string;
  readonly hash: string;
  /** The {@link DrawnChart} as JSON. */
  readonly text: string;
  /** Hash of the text, which also changes with the layout. */
  readonly etag: string;
}

/** The charts by the id of their machine. Read once, at the first call. */
export type ChartLibrary = () => Promise<ReadonlyMap<string, ChartFile>>;

/** Makes a library of a folder. A folder that cannot be read is an error, for which the next call tries again. */
export function chartLibrary(folder: string = CHARTS_FOLDER): ChartLibrary {
  let charts: Promise<ReadonlyMap<string, ChartFile>> | undefined;
  return () =>
    charts ??= readCharts(folder).catch((error) => {
      charts = undefined;
      throw error;
    });
}

async function readCharts(folder: string): Promise<ReadonlyMap<string, ChartFile>> {
  const charts = new Map<string, ChartFile>();
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile && name.endsWith(".json")) names.push(name);
  for (const name of names.sort()) {
    const chart = JSON.parse(await Deno.readTextFile(join(folder, name))) as DrawnChart;
    // The files are written for people; this halves them.
    const text = JSON.stringify(chart);
    const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
    charts.set(chart.id, { id: chart.id, hash: chart.hash, text, etag });
  }
  return charts;
}
