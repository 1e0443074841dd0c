/**
 * The device as MCP server, with the habits of the firmware (78/xiaozhi-esp32 main/mcp_server.cc): it is silent where it should refuse, its
 * errors have no code, its lists come in pages.
 *
 * @module
 */

import { messageOf } from "../../base/errors.ts";
import type { DeviceTool, ToolArguments, ToolProperty } from "./mcp_tools.ts";
import type { ViolationLog } from "./violations.ts";

/** Longest page of `tools/list`, bytes. */
const MAX_PAGE_BYTES = 8000;

/** What the firmware leaves free in a page for its end and the cursor, bytes. */
const PAGE_RESERVE_BYTES = 30;

/** Ids are read as 32-bit integers. */
const MAX_ID = 2 ** 31 - 1;

/** What comes of a request. */
export type McpOutcome =
  /** The device keeps silent. */
  | { readonly kind: "ignored" }
  /** Payload text to send. */
  | { readonly kind: "reply"; readonly payload: string }
  /** A tool call: it runs in the main loop and blocks it for `durationMs`, then the payload of `run` is sent. */
  | { readonly kind: "call"; readonly tool: string; readonly durationMs: number; run(): string };

/** What the server is made of. */
export interface McpServerOptions {
  /** Board name, for `serverInfo`. */
  readonly board: string;
  /** Firmware version, for `serverInfo`. */
  readonly version: string;
  readonly tools: readonly DeviceTool[];
  readonly violations: ViolationLog;
}

/** Answers MCP requests of one connection after the other. */
export class McpServer {
  readonly #options: McpServerOptions;
  readonly #ids = new Set<number>();
  #vision: { readonly url: string; readonly token: string } | undefined;

  constructor(options: McpServerOptions) {
    this.#options = options;
  }

  /** Where photos go, as `initialize` last said. */
  get vision(): { readonly url: string; readonly token: string } | undefined {
    return this.#vision;
  }

  /** A new connection has ids of its own. */
  connected(): void {
    this.#ids.clear();
  }

  /** Handles the payload of an `mcp` message. */
  handle(payload: object): McpOutcome {
    const { jsonrpc, method, params, id } = payload as Record<string, unknown>;
    if (jsonrpc !== "2.0") return this.#ignore(`jsonrpc is ${JSON.stringify(jsonrpc)}; "2.0" would be right`);
    if (typeof method !== "string") return this.#ignore(`method is ${JSON.stringify(method)}; a string would be right`);
    if (method.startsWith("notifications")) return { kind: "ignored" };
    if (params !== undefined && !isObject(params)) {
      return this.#ignore(`params of ${method} are ${JSON.stringify(params)}; an object or nothing would be right`);
    }
    if (typeof id !== "number") return this.#ignore(`id of ${method} is ${JSON.stringify(id)}; a number would be right`);
    if (!Number.isInteger(id) || id < 1 || id > MAX_ID) {
      this.#options.violations.add("mcp_ignored", `MCP id ${id} is not within 1 to ${MAX_ID}`);
    }
    if (this.#ids.has(id)) this.#options.violations.add("mcp_id_reused", `MCP id ${id} of ${method} was used before on this connection`);
    this.#ids.add(id);
    return this.#answer(Math.trunc(id), method, params ?? {});
  }

  #answer(id: number, method: string, params: Record<string, unknown>): McpOutcome {
    switch (method) {
      case "initialize":
        return this.#initialize(id, params);
      case "tools/list":
        return this.#list(id, typeof params.cursor === "string" ? params.cursor : "", params.withUserTools === true);
      case "tools/call":
        return this.#call(id, params);
      default:
        return failure(id, `Method not implemented: ${method}`);
    }
  }

  #initialize(id: number, params: Record<string, unknown>): McpOutcome {
    const capabilities = isObject(params.capabilities) ? params.capabilities : {};
    const vision = isObject(capabilities.vision) ? capabilities.vision : {};
    if (typeof vision.url === "string") this.#vision = { url: vision.url, token: typeof vision.token === "string" ? vision.token : "" };
    const { board, version } = this.#options;
    return success(id, { protocolVersion: "2024-11-05", capabilities: { tools: {} }, serverInfo: { name: board, version } });
  }

  #list(id: number, cursor: string, withUserTools: boolean): McpOutcome {
    const tools = this.#options.tools.filter((tool) => withUserTools || tool.userOnly !== true);
    const start = cursor === "" ? 0 : tools.findIndex((tool) => tool.name === cursor);
    const page: string[] = [];
    let bytes = '{"tools":['.length;
    let nextCursor: string | undefined;
    for (const tool of start < 0 ? [] : tools.slice(start)) {
      const text = JSON.stringify(describe(tool));
      const size = new TextEncoder().encode(text).length + 1;
      if (bytes + size + PAGE_RESERVE_BYTES > MAX_PAGE_BYTES) {
        nextCursor = tool.name;
        break;
      }
      page.push(text);
      bytes += size;
    }
    if (page.length === 0 && nextCursor !== undefined) return failure(id, `Failed to add tool ${nextCursor} because of payload size limit`);
    const next = nextCursor === undefined ? "" : `,"nextCursor":"${nextCursor}"`;
    return { kind: "reply", payload: `{"jsonrpc":"2.0","id":${id},"result":{"tools":[${page.join(",")}]${next}}}` };
  }

  #call(id: number, params: Record<string, unknown>): McpOutcome {
    if (typeof params.name !== "string") return failure(id, "Missing name");
    if (params.arguments !== undefined && !isObject(params.arguments)) return failure(id, "Invalid arguments");
    const tool = this.#options.tools.find((candidate) => candidate.name === params.name);
    if (tool === undefined) return failure(id, `Unknown tool: ${params.name}`);
    const checked = checkArguments(tool, params.arguments ?? {});
    if ("problem" in checked) return failure(id, checked.problem);
    return { kind: "call", tool: tool.name, durationMs: tool.durationMs, run: () => runTool(id, tool, checked.args) };
  }

  #ignore(why: string): McpOutcome {
    this.#options.violations.add("mcp_ignored", `MCP request gets no answer: ${why}`);
    return { kind: "ignored" };
  }
}

function describe(tool: DeviceTool): object {
  const required = Object.entries(tool.properties).filter(([, property]) => property.default === undefined).map(([name]) => name);
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: { type: "object", properties: tool.properties, ...(required.length > 0 ? { required } : {}) },
    ...(tool.userOnly ? { annotations: { audience: ["user"] } } : {}),
  };
}

/** A wrong type counts as missing; integers must be in range. */
function checkArguments(tool: DeviceTool, given: Record<string, unknown>): { args: ToolArguments } | { problem: string } {
  const args: Record<string, number | string | boolean> = {};
  for (const [name, property] of Object.entries(tool.properties)) {
    const value = fits(property, given[name]) ? given[name] as number | string | boolean : property.default;
    if (value === undefined) return { problem: `Missing valid argument: ${name}` };
    if (property.type === "integer") {
      if (property.minimum !== undefined && Number(value) < property.minimum) {
        return { problem: `Value is below minimum: ${property.minimum}` };
      }
      if (property.maximum !== undefined && Number(value) > property.maximum) {
        return { problem: `Value exceeds maximum: ${property.maximum}` };
      }
    }
    args[name] = value;
  }
  return { args };
}

function fits(property: ToolProperty, value: unknown): boolean {
  const type = typeof value;
  return type === (property.type === "integer" ? "number" : property.type);
}

function runTool(id: number, tool: DeviceTool, args: ToolArguments): string {
  try {
    const value = tool.call(args);
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return resultText(id, { content: [{ type: "text", text }], isError: false });
  } catch (error) {
    return errorText(id, messageOf(error));
  }
}

function success(id: number, result: object): McpOutcome {
  return { kind: "reply", payload: resultText(id, result) };
}

function failure(id: number, message: string): McpOutcome {
  return { kind: "reply", payload: errorText(id, message) };
}

function resultText(id: number, result: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

/** The firmware pastes the message in unescaped and gives no code, so an error can be invalid JSON. */
function errorText(id: number, message: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":{"message":"${message}"}}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
