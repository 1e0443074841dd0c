/**
 * A chart as Mermaid text, for pages that render it themselves.
 *
 * @module
 */

import { type Chart, type ChartEdge, type ChartNode, edgeText } from "./model.ts";

/** Mermaid `stateDiagram-v2` text. Mermaid draws less than the SVG: transitions of outer states that only act are left out. */
export function toMermaid(chart: Chart): string {
  const writer = new Writer(chart);
  return ["stateDiagram-v2", ...writer.block(chart.nodes[0], "  ")].join("\n") + "\n";
}

class Writer {
  readonly #chart: Chart;
  readonly #nodes: ReadonlyMap<string, ChartNode>;
  readonly #names = new Map<string, string>();

  constructor(chart: Chart) {
    this.#chart = chart;
    this.#nodes = new Map(chart.nodes.map((node) => [node.id, node]));
    for (const node of chart.nodes) {
      const name = node.id.replace(/\W/g, "_");
      this.#names.set(node.id, [...this.#names.values()].includes(name) ? `${name}_${this.#names.size}` : name);
    }
  }

  /** What stands inside one state: its states, and the arrows whose nearest common state it is. */
  block(parent: ChartNode | undefined, indent: string): string[] {
    if (parent === undefined) return [];
    const lines = (parent.initial ?? []).map((target) => `${indent}[*] --> ${this.#name(target)}`);
    const children = this.#chart.nodes.filter((node) => node.parent === parent.id);
    for (const [index, node] of children.entries()) {
      if (parent.kind === "parallel" && index > 0) lines.push(`${indent}--`);
      lines.push(...this.#state(node, indent));
    }
    for (const edge of this.#chart.edges) {
      for (const target of edge.targets) {
        const arrow = this.#arrow(edge, target);
        if (arrow.at === parent.id) lines.push(`${indent}${arrow.from} --> ${arrow.to} : ${escape(edgeText(edge))}`);
      }
    }
    return lines;
  }

  #state(node: ChartNode, indent: string): string[] {
    const name = this.#name(node.id);
    const declared = `${indent}state "${escape(node.key)}" as ${name}`;
    if (this.#chart.nodes.some((child) => child.parent === node.id)) {
      return [`${declared} {`, ...this.block(node, `${indent}  `), `${indent}}`];
    }
    const acts = this.#chart.edges.filter((edge) => edge.source === node.id && edge.targets.length === 0);
    return [
      declared,
      ...node.invoke.map((each) => `${indent}${name} : runs ${escape(each.id)}`),
      ...acts.map((edge) => `${indent}${name} : ${escape([edgeText(edge), ...edge.actions].join(" / "))}`),
      ...(node.kind === "final" ? [`${indent}${name} --> [*]`] : []),
    ];
  }

  /** Mermaid cannot draw an arrow between a state and one inside it, so such arrows begin or end inside. */
  #arrow(edge: ChartEdge, target: string): { at: string; from: string; to: string } {
    if (this.#isInside(target, edge.source)) return { at: edge.source, from: "[*]", to: this.#name(target) };
    if (this.#isInside(edge.source, target)) {
      const initial = this.#nodes.get(target)?.initial?.[0];
      return { at: target, from: this.#name(edge.source), to: initial === undefined ? "[*]" : this.#name(initial) };
    }
    let at = this.#nodes.get(edge.source)?.parent ?? edge.source;
    while (!this.#isInside(target, at)) at = this.#nodes.get(at)?.parent ?? at;
    return { at, from: this.#name(edge.source), to: this.#name(target) };
  }

  #isInside(id: string, outer: string): boolean {
    for (let at = this.#nodes.get(id)?.parent; at !== undefined; at = this.#nodes.get(at)?.parent) if (at === outer) return true;
    return false;
  }

  #name(id: string): string {
    return this.#names.get(id) ?? id;
  }
}

/** Mermaid writes special characters as `#code;`. */
function escape(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[^\p{L}\p{N} .,()[\]/_+*'?!=-]/gu, (char) => `#${char.codePointAt(0)};`);
}
