/**
 * A chart of a report: late frames and what the server adds, over the number of devices. Made by hand, since two small line charts are no
 * reason for a library; legible on light and dark pages, and without colours by dashes.
 *
 * @module
 */

import { type LoadReport, type LoadRun, seriesOf } from "./report.ts";

/** One line. Points without a value are left out. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [devices: number, value: number | null])[];
  /** Class of its colour, `c0` to `c3`. */
  readonly colour: string;
  readonly dashed: boolean;
}

const WIDTH = 900;
const PANEL = { width: 330, height: 210, top: 74 } as const;
const LEFT = [60, 510] as const;
const LEGEND_TOP = PANEL.top + PANEL.height + 58;
const LEGEND_ROW = 20;
const COLOURS = 4;

const STYLE = `
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  .back { fill: #ffffff; } text { fill: #1f2328; } .soft { fill: #59636e; } .title { font-weight: 600; font-size: 14px; }
  .grid { stroke: #d1d9e0; } .axis { stroke: #59636e; } .line { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 5 4; }
  .c0 { stroke: #0550ae; color: #0550ae; } .c1 { stroke: #953800; color: #953800; } .c2 { stroke: #116329; color: #116329; } .c3 { stroke: #59636e; color: #59636e; }
  .dot { fill: #ffffff; stroke-width: 2; } .full { fill: currentColor; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } .back, .dot:not(.full) { fill: #0d1117; } text { fill: #e6edf3; } .soft { fill: #9198a1; }
    .grid { stroke: #30363d; } .axis { stroke: #9198a1; }
    .c0 { stroke: #79c0ff; color: #79c0ff; } .c1 { stroke: #ffa657; color: #ffa657; } .c2 { stroke: #7ee787; color: #7ee787; } .c3 { stroke: #9198a1; color: #9198a1; }
  }`;

/** Draws a report. */
export function drawReport(report: Pick<LoadReport, "runs" | "machine" | "at">): string {
  const { runs } = report;
  const late = lines(runs, [
    ["late", false, (run) => run.gaps.latePercent],
    ["empty pacer", true, (run) => run.pacer.latePercent],
  ]);
  const added = lines(runs, [
    ["P50", false, (run) => run.addedMs?.p50 ?? null],
    ["P99", true, (run) => run.addedMs?.p99 ?? null],
  ]);
  const height = LEGEND_TOP + LEGEND_ROW * Math.max(late.length, added.length) + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${
    escape(describe(runs))
  }">
<style>${STYLE}
</style>
<rect class="back" width="${WIDTH}" height="${height}"/>
<text class="soft" x="${LEFT[0]}" y="24">${escape(shorten(report.machine))}</text>
${panel("Frames later than 65 ms after the one before, %", late, LEFT[0])}
${panel("Added to the stages until the first frame, ms", added, LEFT[1])}
</svg>
`;
}

/** Round steps of an axis from 0 to at least `max`, four or five of them. */
export function ticks(max: number): number[] {
  const rough = Math.max(max, 1e-3) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999) ?? rough;
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

function lines(
  runs: readonly LoadRun[],
  values: readonly (readonly [name: string, dashed: boolean, of: (run: LoadRun) => number | null])[],
): Line[] {
  const series = [...new Set(runs.map(seriesOf))];
  return series.flatMap((name, index) =>
    values.map(([what, dashed, of]) => ({
      name: `${name}, ${what}`,
      dashed,
      colour: `c${index % COLOURS}`,
      points: runs.filter((run) => seriesOf(run) === name).map((run) => [run.devices, of(run)] as const),
    }))
  );
}

function panel(title: string, all: readonly Line[], left: number): string {
  const { width, height, top } = PANEL;
  const bottom = top + height;
  const values = all.flatMap(({ points }) => points.flatMap(([, value]) => value === null ? [] : [value]));
  const steps = ticks(Math.max(0, ...values) || 1);
  const most = steps.at(-1) ?? 1;
  const sizes = [...new Set(all.flatMap(({ points }) => points.map(([devices]) => devices)))].sort((a, b) => a - b);
  // Sizes double, so each gets the same room.
  const x = (devices: number) => left + width * (sizes.indexOf(devices) + 0.5) / sizes.length;
  // A clock's error can make a figure negative by a hair.
  const y = (value: number) => bottom - height * Math.max(0, value) / most;
  const n = (value: number) => value.toFixed(1);
  return [
    `<text class="title" x="${left}" y="${top - 22}">${escape(title)}</text>`,
    ...steps.flatMap((step) => [
      `<line class="${step === 0 ? "axis" : "grid"}" x1="${left}" x2="${left + width}" y1="${n(y(step))}" y2="${n(y(step))}"/>`,
      `<text class="soft" x="${left - 8}" y="${n(y(step) + 4)}" text-anchor="end">${step}</text>`,
    ]),
    ...sizes.map((size) => `<text class="soft" x="${n(x(size))}" y="${bottom + 18}" text-anchor="middle">${size}</text>`),
    `<text class="soft" x="${left + width / 2}" y="${bottom + 36}" text-anchor="middle">devices in conversation</text>`,
    ...all.flatMap(({ points, colour, dashed, name }, row) => {
      const known = points.flatMap(([devices, value]) => value === null ? [] : [[x(devices), y(value), value] as const]);
      const style = `line ${colour}${dashed ? " dashed" : ""}`;
      const at = LEGEND_TOP + LEGEND_ROW * row;
      return [
        known.length > 1 ? `<polyline class="${style}" points="${known.map(([px, py]) => `${n(px)},${n(py)}`).join(" ")}"/>` : "",
        ...known.map(([px, py, value]) =>
          `<circle class="dot ${dashed ? "" : "full "}${colour}" cx="${n(px)}" cy="${n(py)}" r="3.5"><title>${
            escape(name)
          }: ${value}</title></circle>`
        ),
        `<line class="${style}" x1="${left}" x2="${left + 28}" y1="${at - 4}" y2="${at - 4}"/>`,
        `<circle class="dot ${dashed ? "" : "full "}${colour}" cx="${left + 14}" cy="${at - 4}" r="3.5"/>`,
        `<text x="${left + 36}" y="${at}">${escape(name)}</text>`,
      ];
    }),
  ].filter((part) => part !== "").join("\n");
}

function describe(runs: readonly LoadRun[]): string {
  const words = runs.map((run) => `${seriesOf(run)} with ${run.devices} devices: ${run.gaps.latePercent ?? "no"} % late`);
  return `Late frames and added milliseconds over devices. ${words.join("; ")}.`;
}

/** The line of the machine, as far as it fits. */
function shorten(text: string): string {
  const room = 130;
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
