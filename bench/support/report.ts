/**
 * How benchmarks show themselves: a heading, how it was measured, a table.
 *
 * @module
 */

import { print } from "../../tools/output.ts";
import { formatTable } from "../../tools/table.ts";

/** Wider than any table here: nothing wraps, so that a table can be copied. */
const WIDTH = 220;

/** Whether short runs are wanted: enough to see that it works and about where it is, too few for the last digit. */
export const quick: boolean = Deno.args.includes("--quick");

/** Prints a heading and the method. */
export function printMethod(title: string, method: string): void {
  print(`\n## ${title}\n\n${method.trim()}\n\n`);
}

/** Prints a table; every column but the first is a figure. */
export function printTable(titles: readonly string[], rows: readonly (readonly string[])[]): void {
  print(`${formatTable(titles.map((title, index) => index === 0 ? { title } : { title, align: "right" }), rows, WIDTH)}\n`);
}
