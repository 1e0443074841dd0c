/**
 * A state chart as data: what pictures, pages and recordings of a machine have in common.
 *
 * @module
 */

/** An actor that a state runs while it is active. */
export interface ChartInvoke {
  /** Id of the actor as written in the machine, else the name of its source. */
  readonly id: string;
  /** Name of the logic in `setup({ actors })`. */
  readonly src: string;
}

/** A state. */
export interface ChartNode {
  /** XState's id, such as `device.session.listening`. */
  readonly id: string;
  readonly key: string;
  readonly kind: "atomic" | "compound" | "parallel" | "final" | "history";
  /** Id of the state around it; absent for the root. */
  readonly parent?: string;
  /** Ids of the states entered first, for a compound state. */
  readonly initial?: readonly string[];
  readonly description?: string;
  readonly tags: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invoke: readonly ChartInvoke[];
}

/** What makes a transition happen. */
export type ChartEdgeKind = "on" | "after" | "always" | "done" | "error" | "snapshot";

/** A transition. */
export interface ChartEdge {
  /** Position in the walk of the machine; the `edges` of a recording's steps are these numbers. */
  readonly id: number;
  readonly source: string;
  /** Ids of the states entered; none when the transition only acts. */
  readonly targets: readonly string[];
  /** Event type as XState knows it; empty for `always`. */
  readonly event: string;
  readonly kind: ChartEdgeKind;
  /** For people: `after vadEnd (700 ms)`, `asr done`. Without the guard. */
  readonly label: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  /** Milliseconds, or the name of a delay that is computed when it starts. */
  readonly delay?: number | string;
  /** Whether the source is left and entered again. */
  readonly reenter: boolean;
}

/** A machine. */
export interface Chart {
  /** Id of the machine. */
  readonly id: string;
  /** The same for the same nodes and edges, on any computer: tells whether a recording fits a picture. */
  readonly hash: string;
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

/** A transition's label with its guard, as it is drawn. */
export function edgeText(edge: ChartEdge): string {
  return edge.guard === undefined ? edge.label : `${edge.label} [${edge.guard}]`.trimStart();
}
