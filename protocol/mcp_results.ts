/**
 * The results of MCP's `initialize`, `tools/list` and `tools/call`.
 *
 * @module
 */

import { z } from "zod";
import type { Parsed } from "./protocol_error.ts";
import { check, defined, jsonObject, optionalString } from "./wire.ts";

/** The board's name and its firmware version. */
export interface McpServerInfo {
  readonly name: string;
  readonly version: string;
}

/** A tool that a device offers. */
export interface McpTool {
  /** The device's own name, often with dots. */
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** One page of `tools/list`. */
export interface McpToolsPage {
  readonly tools: readonly McpTool[];
  /** Entries without a usable name or schema, left out. */
  readonly skipped: number;
  /** Where the next page begins; absent on the last. */
  readonly nextCursor?: string;
}

/** The answer of a tool. */
export interface McpCallResult {
  readonly text: string;
  readonly isError: boolean;
}

const initializeSchema: z.ZodType<McpServerInfo> = z.object({
  serverInfo: z.object({ name: optionalString, version: optionalString }).nullish(),
})
  .transform((wire) => ({ name: wire.serverInfo?.name ?? "", version: wire.serverInfo?.version ?? "" }));

/** Reads the result of `initialize`. Never throws; what the device does not say is empty. */
export function parseMcpServerInfo(result: unknown): Parsed<McpServerInfo> {
  return check(initializeSchema, result, "MCP initialize result", "invalid_mcp");
}

const EMPTY_SCHEMA: Readonly<Record<string, unknown>> = { type: "object", properties: {} };

const toolSchema: z.ZodType<McpTool> = z.object({
  name: z.string().min(1),
  description: optionalString,
  inputSchema: jsonObject.nullish(),
}).transform((wire) => ({ name: wire.name, description: wire.description ?? "", inputSchema: wire.inputSchema ?? EMPTY_SCHEMA }));

const pageSchema = z.object({ tools: z.array(z.unknown()), nextCursor: optionalString });

/** Reads one page of tools. Never throws; one bad tool does not hide the others. */
export function parseMcpToolsPage(result: unknown): Parsed<McpToolsPage> {
  const page = check(pageSchema, result, "MCP tools/list result", "invalid_mcp");
  if (!page.ok) return page;
  const tools = page.message.tools.map((tool) => toolSchema.safeParse(tool)).flatMap((parsed) => parsed.success ? [parsed.data] : []);
  const nextCursor = page.message.nextCursor === "" ? undefined : page.message.nextCursor;
  return { ok: true, message: defined({ tools, skipped: page.message.tools.length - tools.length, nextCursor }) };
}

const callSchema = z.object({ content: z.array(z.unknown()), isError: z.boolean().nullish() });
const textItem = z.object({ type: z.literal("text"), text: z.string() });
const otherItem = z.object({ type: z.string() });

function itemText(item: unknown): string {
  const text = textItem.safeParse(item);
  if (text.success) return text.data.text;
  // An image is 100 kB of base64 that no language model can read as text.
  const other = otherItem.safeParse(item);
  return `[${other.success ? other.data.type : "unknown"} content left out]`;
}

/**
 * The result of `tools/call` as text for a language model: the text items, one a line, each other item named in brackets. A result
 * without `content` is given as JSON. Never throws for a value that came out of JSON.
 */
export function mcpCallText(result: unknown): McpCallResult {
  const parsed = callSchema.safeParse(result);
  if (!parsed.success) return { text: typeof result === "string" ? result : JSON.stringify(result) ?? "", isError: false };
  return { text: parsed.data.content.map(itemText).join("\n"), isError: parsed.data.isError ?? false };
}
