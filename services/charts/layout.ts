/**
 * Places a chart's states and arrows with the Eclipse Layout Kernel. For build time: the layouter is large and slow to load.
 *
 * @module
 */

import ElkModule from "elkjs/lib/elk.bundled.js";
import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { bodyLines, PADDING, TEXT_HEIGHT, TITLE_HEIGHT } from "./body.ts";
import type { Chart, ChartEdge, ChartNode } from "./model.ts";
import type { Box, Layout, PlacedEdge, Point } from "./placed.ts";
import { TEXT_SIZE, textWidth, TITLE_SIZE } from "./text.ts";

export type { Box, Layout, PlacedEdge, Point } from "./placed.ts";

/** Side of the dot before an initial state, pixels. */
const DOT = 10;
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.randomSeed": "1",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "14",
  "elk.spacing.edgeLabel": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "32",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
};

/** Computes the layout; the same chart gives the same layout. */
export async function layout(chart: Chart): Promise<Layout> {
  const root = chart.nodes[0];
  if (root === undefined) return { width: 0, height: 0, nodes: {}, initials: {}, edges: [] };
  // The package's types and its CommonJS export disagree about where the class is.
  const Elk = ElkModule as unknown as new () => ELK;
  const initial = chart.nodes.flatMap((node) =>
    (node.initial ?? []).map((target) => edgeOf(`initial:${node.id}`, `initial:${node.id}`, target))
  );
  const goesBack = backwards(chart);
  const drawn = chart.edges.flatMap((edge) =>
    edge.targets.map((target, index) => {
      const [from, to] = goesBack(edge.source, target) ? [target, edge.source] : [edge.source, target];
      return edgeOf(`${edge.id}:${index}:${edge.source}`, from, to, edge);
    })
  );
  const placed: ElkNode = await new Elk().layout({
    id: "",
    layoutOptions: OPTIONS,
    children: [nodeOf(chart, root)],
    edges: [...initial, ...drawn],
  });
  const nodes: Record<string, Box> = {};
  const initials: Record<string, Point> = {};
  collect(placed, nodes, initials);
  return {
    width: round(placed.width),
    height: round(placed.height),
    nodes,
    initials,
    edges: (placed.edges ?? []).map(placedEdge),
  };
}

function nodeOf(chart: Chart, node: ChartNode): ElkNode {
  const lines = bodyLines(chart, node);
  const width = Math.max(textWidth(node.key, TITLE_SIZE) * 1.06, ...lines.map((line) => textWidth(line.text, TEXT_SIZE))) + 2 * PADDING;
  const height = TITLE_HEIGHT + lines.length * TEXT_HEIGHT + PADDING;
  const children = chart.nodes.filter((child) => child.parent === node.id);
  if (children.length === 0) return { id: node.id, width: Math.max(width, 64), height };
  return {
    id: node.id,
    // The layouter takes these from each graph, also where a graph lies in another.
    layoutOptions: {
      ...OPTIONS,
      "elk.padding": `[top=${height + PADDING},left=24,bottom=24,right=24]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${width},${height})`,
    },
    children: [
      ...(node.initial === undefined ? [] : [{ id: `initial:${node.id}`, width: DOT, height: DOT }]),
      ...children.map((child) => nodeOf(chart, child)),
    ],
  };
}

/**
 * Tells arrows that lead back in the order in which the states are written. The layouter gets those the wrong way round, so that a
 * chart reads from top to bottom as it is written, its initial states first.
 */
function backwards(chart: Chart): (source: string, target: string) => boolean {
  const nodes = new Map(chart.nodes.map((node, order) => [node.id, { parent: node.parent, order }]));
  const path = (id: string): string[] => {
    const parent = nodes.get(id)?.parent;
    return parent === undefined ? [id] : [...path(parent), id];
  };
  return (source, target) => {
    const [from, to] = [path(source), path(target)];
    const parting = from.findIndex((id, depth) => id !== to[depth]);
    const [a, b] = [from[parting], to[parting]];
    return a !== undefined && b !== undefined && (nodes.get(a)?.order ?? 0) > (nodes.get(b)?.order ?? 0);
  };
}

function edgeOf(id: string, source: string, target: string, edge?: ChartEdge): ElkExtendedEdge {
  const lines = edge === undefined ? [] : [edge.label, ...(edge.guard === undefined ? [] : [`[${edge.guard}]`])];
  return {
    id,
    sources: [source],
    targets: [target],
    labels: lines.length === 0 ? [] : [{
      text: lines.join("\n"),
      width: Math.max(...lines.map((line) => textWidth(line, TEXT_SIZE))) + 6,
      height: lines.length * TEXT_HEIGHT + 2,
      layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
    }],
  };
}

function collect(node: ElkNode, nodes: Record<string, Box>, initials: Record<string, Point>): void {
  for (const child of node.children ?? []) {
    const box = { x: round(child.x), y: round(child.y), width: round(child.width), height: round(child.height) };
    if (child.id.startsWith("initial:")) {
      initials[child.id.slice("initial:".length)] = { x: round(box.x + DOT / 2), y: round(box.y + DOT / 2) };
    } else nodes[child.id] = box;
    collect(child, nodes, initials);
  }
}

function placedEdge(edge: ElkExtendedEdge): PlacedEdge {
  const [head = "", , ...rest] = edge.id.split(":");
  const [from = "", to = ""] = [edge.sources[0], edge.targets[0]];
  const turned = head !== "initial" && rest.join(":") !== from;
  const points = (edge.sections ?? []).flatMap((section) =>
    [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) }))
  );
  const label = edge.labels?.[0];
  return {
    ...(head === "initial" ? {} : { id: Number(head) }),
    source: turned ? to : from,
    target: turned ? from : to,
    points: turned ? points.reverse() : points,
    ...(label === undefined ? {} : {
      label: {
        x: round(label.x),
        y: round(label.y),
        width: round(label.width),
        height: round(label.height),
        lines: (label.text ?? "").split("\n"),
      },
    }),
  };
}

function round(value: number | undefined): number {
  return Math.round((value ?? 0) * 10) / 10;
}
