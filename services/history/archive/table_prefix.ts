/**
 * The tables of the history under names of their own, beside those of somebody else.
 *
 * @module
 */

import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import type { HistorySchema } from "../schema.ts";

const TABLES: ReadonlySet<string> = new Set(
  ["sessions", "turns", "outbox", "erased", "device_memory", "device_roles", "devices"] satisfies (keyof HistorySchema)[],
);

/** Puts `prefix` before the names of the history's tables, wherever a query names them. Other names stay as they are. */
export function tablePrefix(prefix: string): KyselyPlugin {
  const transformer = new Prefixer(prefix);
  return {
    transformQuery: ({ node, queryId }: PluginTransformQueryArgs): RootOperationNode => transformer.transformNode(node, queryId),
    transformResult: ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> => Promise.resolve(result),
  };
}

class Prefixer extends OperationNodeTransformer {
  readonly #prefix: string;

  constructor(prefix: string) {
    super();
    this.#prefix = prefix;
  }

  protected override transformSchemableIdentifier(
    node: SchemableIdentifierNode,
    queryId?: PluginTransformQueryArgs["queryId"],
  ): SchemableIdentifierNode {
    const same = super.transformSchemableIdentifier(node, queryId);
    if (!TABLES.has(same.identifier.name)) return same;
    return { ...same, identifier: { ...same.identifier, name: this.#prefix + same.identifier.name } };
  }
}
