/**
 * A chart as a picture that stands alone and can be brought to life: `data-id` names each state, and each transition by its number.
 *
 * @module
 */

import { arrow, rounded } from "./arrow.ts";
import { bodyLines, PADDING, TEXT_HEIGHT, TITLE_HEIGHT } from "./body.ts";
import type { Chart, ChartNode } from "./model.ts";
import type { Box, Layout, PlacedEdge } from "./placed.ts";
import { TEXT_SIZE, TITLE_SIZE } from "./text.ts";

const STYLE = `
.chart{--bg:#fff;--box:#f6f8fa;--line:#57606a;--text:#1f2328;--soft:#57606a;--frame:#afb8c1;--live:#0969da;--live-box:#ddf4ff;
font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",sans-serif;background:var(--bg)}
@media (prefers-color-scheme:dark){.chart{--bg:#0d1117;--box:#161b22;--line:#8b949e;--text:#e6edf3;--soft:#9da7b3;--frame:#484f58;
--live:#58a6ff;--live-box:#12284a}}
.chart .back{fill:var(--bg)}
.chart .node>rect{fill:var(--box);stroke:var(--frame);stroke-width:1.2}
.chart .node.outer>rect{fill:none}
.chart .node>.inner{fill:none}
.chart .node text{fill:var(--text);font-size:${TEXT_SIZE}px}
.chart .node .key{font-size:${TITLE_SIZE}px;font-weight:600}
.chart .node .line{fill:var(--soft)}
.chart .title text{paint-order:stroke;stroke:var(--bg);stroke-width:5px;stroke-linejoin:round}
.chart .edge path{fill:none;stroke:var(--line);stroke-width:1.2}
.chart .edge polygon,.chart .dot{fill:var(--line)}
.chart .label rect{fill:var(--bg)}
.chart .label text{fill:var(--text);font-size:${TEXT_SIZE}px;text-anchor:middle}
.chart .label .guard{fill:var(--soft)}
.chart .node.active>rect{stroke:var(--live);stroke-width:2.2}
.chart .node.active:not(.outer)>rect{fill:var(--live-box)}
.chart .edge.last path{stroke:var(--live);stroke-width:2.2}
.chart .edge.last polygon{fill:var(--live)}
`.trim();

/** Draws the chart. A page sets the class `active` on states and `last` on transitions. */
export function toSvg(chart: Chart, placed: Layout): string {
  const width = Math.ceil(placed.width);
  const height = Math.ceil(placed.height);
  const edges = placed.edges.map((edge) => {
    const { line, head } = arrow(edge.points);
    const drawn = line === "" ? "" : `<path d="${line}"/><polygon points="${head}"/>`;
    return `<g class="edge" ${edgeAttributes(edge)}>${drawn}</g>`;
  });
  const labels = placed.edges.flatMap((edge) => edge.label === undefined ? [] : [label(edge, edge.label)]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" data-machine="${escapeXml(chart.id)}" data-hash="${chart.hash}" ` +
    `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>State chart of ${escapeXml(chart.id)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${width}" height="${height}"/>`,
    ...chart.nodes.map((node) => drawNode(chart, node, placed)),
    ...Object.entries(placed.initials).map(([id, at]) =>
      `<circle class="dot" data-initial="${escapeXml(id)}" cx="${at.x}" cy="${at.y}" r="5"/>`
    ),
    ...edges,
    ...chart.nodes.map((node) => drawTitle(chart, node, placed)).filter((text) => text !== ""),
    ...labels,
    "</svg>",
  ].join("\n") + "\n";
}

function drawNode(chart: Chart, node: ChartNode, placed: Layout): string {
  const box = placed.nodes[node.id];
  if (box === undefined) return "";
  const outer = chart.nodes.some((child) => child.parent === node.id);
  const classes = ["node", node.kind, ...(outer ? ["outer"] : [])].join(" ");
  const rect = (inset: number, extra = "") =>
    `<rect${extra} x="${box.x + inset}" y="${box.y + inset}" width="${box.width - 2 * inset}" height="${box.height - 2 * inset}" rx="${
      8 - inset
    }"/>`;
  return `<g class="${classes}" data-id="${escapeXml(node.id)}"><title>${escapeXml(tooltip(node))}</title>${rect(0)}` +
    (node.kind === "final" ? rect(3, ` class="inner"`) : "") + (outer ? "" : texts(chart, node, box, false)) + "</g>";
}

/** Texts of a state around others come after the arrows, which may begin at its border and pass them. */
function drawTitle(chart: Chart, node: ChartNode, placed: Layout): string {
  const box = placed.nodes[node.id];
  if (box === undefined || !chart.nodes.some((child) => child.parent === node.id)) return "";
  return `<g class="node title" data-title="${escapeXml(node.id)}">${texts(chart, node, box, true)}</g>`;
}

function texts(chart: Chart, node: ChartNode, box: Box, outer: boolean): string {
  const left = outer ? box.x + PADDING : rounded(box.x + box.width / 2);
  const anchor = outer ? "" : ` text-anchor="middle"`;
  const lines = bodyLines(chart, node).map((line, index) => {
    const y = rounded(box.y + TITLE_HEIGHT + index * TEXT_HEIGHT + TEXT_SIZE);
    const id = line.edge === undefined ? "" : ` data-edge="${line.edge}"`;
    return `<text class="line"${id} x="${left}" y="${y}"${anchor}>${escapeXml(line.text)}</text>`;
  });
  const key = `${escapeXml(node.key)}${node.kind === "history" ? " (history)" : ""}`;
  return `<text class="key" x="${left}" y="${rounded(box.y + PADDING + TITLE_SIZE)}"${anchor}>${key}</text>${lines.join("")}`;
}

function tooltip(node: ChartNode): string {
  return [
    node.id,
    ...(node.description === undefined ? [] : [node.description]),
    ...(node.entry.length === 0 ? [] : [`on entry: ${node.entry.join(", ")}`]),
    ...(node.exit.length === 0 ? [] : [`on exit: ${node.exit.join(", ")}`]),
  ].join("\n");
}

function edgeAttributes(edge: PlacedEdge): string {
  const id = edge.id === undefined ? "" : `data-id="${edge.id}" `;
  return `${id}data-source="${escapeXml(edge.source)}" data-target="${escapeXml(edge.target)}"`;
}

function label(edge: PlacedEdge, box: NonNullable<PlacedEdge["label"]>): string {
  const lines = box.lines.map((line, index) => {
    const kind = index > 0 ? ` class="guard"` : "";
    return `<text${kind} x="${box.x + box.width / 2}" y="${rounded(box.y + 1 + index * TEXT_HEIGHT + TEXT_SIZE)}">${
      escapeXml(line)
    }</text>`;
  });
  return `<g class="label" data-edge="${edge.id}"><rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"/>${
    lines.join("")
  }</g>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
