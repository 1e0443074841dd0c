/**
 * Learns a device's tools, page by page.
 *
 * @module
 */

import { type McpTool, mcpToolsList, parseMcpToolsPage } from "../../../protocol/mod.ts";
import type { McpRpc } from "./rpc.ts";

/** Milliseconds to wait for `initialize` and for each page: both are answered by the device's network task, at once. */
export const DISCOVERY_TIMEOUT_MS = 10_000;

/** Most pages asked for. A page holds up to 8,000 bytes, some 20 tools, so that the limit on tools comes first for any honest device. */
export const MAX_TOOL_PAGES = 32;

/** Most tools kept: the most that the OpenAI chat interface takes in a request. */
export const MAX_TOOLS = 128;

/** What {@link listTools} found. */
export interface DiscoveredTools {
  /** In the device's order, each name once. */
  readonly tools: readonly McpTool[];
  /** Why the list ends before the device's own end; absent when it is whole. */
  readonly incomplete?: string;
}

/** Asks for all pages. Never rejects: what was found before a failure is kept. */
export async function listTools(rpc: McpRpc): Promise<DiscoveredTools> {
  const tools = new Map<string, McpTool>();
  const seen = new Set<string>();
  const found = (incomplete?: string): DiscoveredTools => ({
    tools: [...tools.values()].slice(0, MAX_TOOLS),
    ...(incomplete === undefined ? {} : { incomplete }),
  });
  let cursor = "";
  for (let pages = 0; pages < MAX_TOOL_PAGES; pages++) {
    let result: unknown;
    try {
      result = await rpc.request((id) => mcpToolsList(id, cursor), { timeoutMs: DISCOVERY_TIMEOUT_MS });
    } catch (thrown) {
      return found(thrown instanceof Error ? thrown.message : String(thrown));
    }
    const page = parseMcpToolsPage(result);
    if (!page.ok) return found(page.error.message);
    for (const tool of page.message.tools) if (!tools.has(tool.name)) tools.set(tool.name, tool);
    const next = page.message.nextCursor;
    if (tools.size > MAX_TOOLS) return found(`Device offers more than ${MAX_TOOLS} tools`);
    if (next === undefined) return found();
    if (tools.size === MAX_TOOLS) return found(`Device offers more than ${MAX_TOOLS} tools`);
    if (seen.has(next)) return found("Device repeats a page of tools");
    seen.add(next);
    cursor = next;
  }
  return found(`Device offers more than ${MAX_TOOL_PAGES} pages of tools`);
}
