/**
 * JSON-RPC requests of MCP, where the device is the server. Firmware (`main/mcp_server.cc` 350-381) drops without reply any request whose
 * id is not a number or whose params are neither an object nor absent, so the builders make no other.
 *
 * @module
 */

/** The MCP revision that firmware implements. */
export const MCP_PROTOCOL_VERSION = "2024-11-05";

/** Largest id: the device reads it as a signed 32-bit integer. */
export const MAX_MCP_ID = 2_147_483_647;

/** A JSON-RPC request. */
export interface McpRequest {
  readonly jsonrpc: "2.0";
  /** 1 to {@link MAX_MCP_ID}. */
  readonly id: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a server says of itself in `initialize`. */
export interface McpInitializeOptions {
  /** Where a device with a camera uploads photos; an empty token sends no `Authorization`. */
  readonly vision?: { readonly url: string; readonly token: string };
  readonly clientInfo?: { readonly name: string; readonly version: string };
}

/** Builds `initialize`. */
export function mcpInitialize(id: number, options: McpInitializeOptions = {}): McpRequest {
  const { vision, clientInfo } = options;
  const params = {
    protocolVersion: MCP_PROTOCOL_VERSION,
    capabilities: vision === undefined ? {} : { vision },
    ...(clientInfo === undefined ? {} : { clientInfo }),
  };
  return { jsonrpc: "2.0", id, method: "initialize", params };
}

/** Builds `tools/list`. No `cursor`, or an empty one, asks for the first page. */
export function mcpToolsList(id: number, cursor = ""): McpRequest {
  return { jsonrpc: "2.0", id, method: "tools/list", params: { cursor } };
}

/** Builds `tools/call`; `name` is the device's own name of the tool. */
export function mcpToolsCall(id: number, name: string, args: Readonly<Record<string, unknown>>): McpRequest {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}
