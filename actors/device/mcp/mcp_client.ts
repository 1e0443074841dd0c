/**
 * The server's side of MCP for one connection: the device is the MCP server, its tools are offered to the language model.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../../base/clock.ts";
import { messageOf } from "../../../base/errors.ts";
import {
  type McpCallResult,
  mcpCallText,
  mcpInitialize,
  type McpInitializeOptions,
  type McpRequest,
  type McpServerInfo,
  type McpTool,
  mcpToolsCall,
  parseMcpServerInfo,
} from "../../../protocol/mod.ts";
import type { ToolSpec } from "../../../services/esp32_server/stages.ts";
import { DISCOVERY_TIMEOUT_MS, listTools } from "./discover.ts";
import { McpError } from "./mcp_error.ts";
import { McpRpc } from "./rpc.ts";
import { modelNames, nameRewriter } from "./tool_names.ts";

/** Milliseconds to wait for a tool. Taking a photo is the slowest: the device itself gives its upload 30 s. */
export const CALL_TIMEOUT_MS = 30_000;

/** What {@link McpClient} needs. */
export interface McpClientOptions {
  /** Sends a payload in an `mcp` message. */
  readonly send: (payload: McpRequest) => void;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Where a device with a camera uploads photos. */
  readonly vision?: NonNullable<McpInitializeOptions["vision"]>;
  /** What the server says of itself. */
  readonly clientInfo?: NonNullable<McpInitializeOptions["clientInfo"]>;
}

/**
 * How far the client has come. `ready`: the list of tools is whole. `failed`: the device did not answer, or not to the end; tools that it
 * named before that can be called.
 */
export type McpStatus = "new" | "discovering" | "ready" | "failed" | "closed";

/** MCP with one device over one connection. No method throws; what each promise rejects with is said there. */
export class McpClient {
  readonly #options: McpClientOptions;
  readonly #rpc: McpRpc;
  #status: McpStatus = "new";
  #started: Promise<McpStatus> | undefined;
  #serverInfo: McpServerInfo | undefined;
  #tools: readonly ToolSpec[] = [];
  #deviceTools: readonly McpTool[] = [];
  #deviceNames: ReadonlyMap<string, string> = new Map();

  constructor(options: McpClientOptions) {
    this.#options = options;
    this.#rpc = new McpRpc(options);
  }

  get status(): McpStatus {
    return this.#status;
  }

  /** The board and its firmware; absent until the device has answered `initialize`. */
  get serverInfo(): McpServerInfo | undefined {
    return this.#serverInfo;
  }

  /** Payloads that answered nothing: late, duplicate, of unknown id, or broken. */
  get ignored(): number {
    return this.#rpc.ignored;
  }

  /** The tools, under names that a language model accepts; empty until they are known. */
  tools(): readonly ToolSpec[] {
    return this.#tools;
  }

  /** The tools as the device itself describes them; empty until they are known. */
  deviceTools(): readonly McpTool[] {
    return this.#deviceTools;
  }

  /** The device's own name of a tool; undefined for a name that is not of {@link tools}. */
  deviceName(name: string): string | undefined {
    return this.#deviceNames.get(name);
  }

  /** Says `initialize` and asks for the tools. Resolves with how that ended and never rejects; a second call gives the first's promise. */
  start(): Promise<McpStatus> {
    return this.#started ??= this.#discover();
  }

  /**
   * Calls a tool by its model name, or the device's own. What the model should hear about (an unknown name, a device's error, no answer in
   * time) is an answer with `isError`.
   *
   * @throws The signal's reason when it aborts; {@link McpError} `mcp_closed` when the connection ends.
   */
  async call(
    name: string,
    args: Readonly<Record<string, unknown>>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<McpCallResult> {
    options.signal?.throwIfAborted();
    const deviceName = this.#deviceNames.get(name) ?? this.#deviceTools.find((tool) => tool.name === name)?.name;
    if (deviceName === undefined && this.#status !== "closed") {
      return { text: `The device has no tool ${name}`, isError: true };
    }
    try {
      const result = await this.#rpc.request((id) => mcpToolsCall(id, deviceName ?? name, args), {
        timeoutMs: CALL_TIMEOUT_MS,
        ...options,
      });
      return mcpCallText(result);
    } catch (thrown) {
      if (!(thrown instanceof McpError) || thrown.code === "mcp_closed") throw thrown;
      this.#options.logger?.warn("MCP tool {tool} failed with {code}", { tool: deviceName, code: thrown.code });
      return { text: thrown.message, isError: true };
    }
  }

  /** Takes the payload of an `mcp` message from the device. Never throws. */
  handle(payload: unknown): void {
    this.#rpc.handle(payload);
  }

  /** Ends the client with its connection: what waits is rejected, what comes is ignored. */
  close(): void {
    this.#status = "closed";
    this.#rpc.close();
  }

  async #discover(): Promise<McpStatus> {
    if (this.#status === "closed") return "closed";
    this.#status = "discovering";
    const { logger } = this.#options;
    try {
      await this.#initialize();
    } catch (thrown) {
      // A device that answers with an error may still list its tools; one that does not answer would not.
      if (!(thrown instanceof McpError && thrown.code === "mcp_device_error")) return this.#ended(messageOf(thrown));
      logger?.warn("MCP initialize was refused by the device", {});
    }
    const { tools, incomplete } = await listTools(this.#rpc);
    const names = modelNames(tools.map((tool) => tool.name));
    const rewrite = nameRewriter(names);
    this.#deviceNames = new Map([...names].map(([deviceName, name]) => [name, deviceName]));
    this.#deviceTools = tools;
    this.#tools = tools.map((tool) => ({
      name: names.get(tool.name) ?? tool.name,
      description: rewrite(tool.description),
      parameters: { type: "object", properties: {}, ...tool.inputSchema },
    }));
    return this.#ended(incomplete);
  }

  async #initialize(): Promise<void> {
    const result = await this.#rpc.request((id) => mcpInitialize(id, this.#options), { timeoutMs: DISCOVERY_TIMEOUT_MS });
    const info = parseMcpServerInfo(result);
    if (info.ok) this.#serverInfo = info.message;
  }

  #ended(problem: string | undefined): McpStatus {
    // The status may have become closed while the device was asked.
    if (this.status === "closed") return "closed";
    this.#status = problem === undefined ? "ready" : "failed";
    const { logger } = this.#options;
    if (problem !== undefined) logger?.warn("MCP discovery ended early: {problem}", { problem, tools: this.#tools.length });
    else logger?.debug("MCP device offers {tools} tools", { tools: this.#tools.length });
    return this.#status;
  }
}
