/**
 * The supervision tree as the console shows it.
 *
 * @module
 */

import type { FailureRecord, FailureTotal } from "../../../actors/supervision/restart_log.ts";
import type { ChildSnapshot, SupervisorSnapshot } from "../../../actors/supervision/snapshot.ts";
import type { TreeNode } from "./types.ts";

/** Nodes that live by a state chart, and its name in `docs/charts`. */
const CHARTS: Readonly<Record<string, string>> = {
  device: "device",
  delivery: "delivery",
  sync: "sync",
  cache: "cache",
  health: "health",
};

/** What is known beside the tree itself. */
export interface TreeKnowledge {
  /** The latest failures, oldest first. */
  readonly failures: readonly FailureRecord[];
  /** All failures, counted. */
  readonly totals: readonly FailureTotal[];
  /** Ids of children whose flag is off. */
  readonly off: ReadonlySet<string>;
  /** By id, what a node is doing. */
  readonly doing: Readonly<Record<string, string>>;
}

/** The tree from its top. */
export function treeState(top: SupervisorSnapshot, known: TreeKnowledge): TreeNode {
  const latest = new Map(known.failures.map((failure) => [failure.path, failure]));
  const extras = (id: string) => ({
    ...(known.doing[id] === undefined ? {} : { doing: known.doing[id] }),
    ...(CHARTS[id] === undefined ? {} : { chart: CHARTS[id] }),
  });
  const node = (child: ChildSnapshot, above: string): TreeNode => {
    const { id, type, since, restarts, lastReason, lastMessage = "", tree } = child;
    const path = `${above}/${id}`;
    const at = latest.get(path)?.at;
    return {
      id,
      type,
      state: known.off.has(id) ? "off" : child.state,
      since,
      restarts,
      ...(lastReason === undefined ? {} : { last: { reason: lastReason, message: lastMessage, ...(at === undefined ? {} : { at }) } }),
      ...extras(id),
      children: tree === undefined
        ? []
        : tree.strategy === "simple_one_for_one"
        ? many(tree)
        : tree.children.map((each) => node(each, path)),
    };
  };
  /** Children of one sort, too many to be shown one by one: the sort as one node, named as its failures are. */
  const many = ({ id: above }: SupervisorSnapshot): TreeNode[] => {
    const id = above.replace(/s$/, "");
    const path = `${above}/${id}`;
    const failure = latest.get(path);
    const crashes = known.totals.filter((total) => total.path === path).reduce((sum, { count }) => sum + count, 0);
    const last = failure === undefined ? {} : { last: { reason: failure.reason, message: failure.message, at: failure.at } };
    return [{ id, type: "actor", state: "up", restarts: crashes, ...last, ...extras(id), children: [] }];
  };
  return {
    id: top.id,
    type: "supervisor",
    state: top.state === "running" ? "up" : top.state,
    restarts: 0,
    children: top.children.map((each) => node(each, top.id)),
  };
}
