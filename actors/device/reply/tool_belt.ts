/**
 * The tools of one reply: the device's and this server's, under names that differ.
 *
 * @module
 */

import type { ToolSpec } from "../../../services/esp32_server/stages.ts";
import type { ToolAnswer, ToolContext, ToolRegistry } from "../../../services/tools/mod.ts";
import { MAX_TOOLS } from "../mcp/discover.ts";
import type { McpClient } from "../mcp/mcp_client.ts";
import { MAX_TOOL_NAME } from "../mcp/tool_names.ts";
import type { ToolRunner } from "./tool_loop.ts";

/** How deep tools may call tools: one that does a few others' work in one go, and no circles. */
const MAX_DEPTH = 3;

/** Stands before the name of a server tool where the device has a tool of that name: whose lights they are, the device knows better. */
const PREFIX = "server_";

/** What {@link ToolBelt} needs. */
export interface ToolBeltOptions {
  /** The device's tools, where it has some. */
  readonly device: Pick<McpClient, "tools" | "call"> | undefined;
  /** This server's tools, where they are on. */
  readonly server: ToolRegistry | undefined;
  /** Where server tools are called. */
  readonly context: Omit<ToolContext, "call">;
}

/** Offers and runs the tools of one reply. */
export class ToolBelt implements ToolRunner {
  /** What the model is offered: all server tools, and as many of the device's as a request may have beside them. */
  readonly specs: readonly ToolSpec[];
  readonly #options: ToolBeltOptions;
  /** Registry name by the name that the model knows. */
  readonly #server = new Map<string, string>();

  constructor(options: ToolBeltOptions) {
    this.#options = options;
    const ours = options.server?.offered(options.context.conversation) ?? [];
    const theirs = (options.device?.tools() ?? []).slice(0, Math.max(0, MAX_TOOLS - ours.length));
    const taken = new Set([...theirs, ...ours].map(({ name }) => name));
    const devices = new Set(theirs.map(({ name }) => name));
    const renamed = ours.map((spec) => {
      const name = devices.has(spec.name) ? unusedName(spec.name, taken) : spec.name;
      this.#server.set(name, spec.name);
      return { ...spec, name };
    });
    this.specs = [...theirs, ...renamed];
  }

  call(name: string, args: Readonly<Record<string, unknown>>, options: { readonly signal: AbortSignal }): Promise<ToolAnswer> {
    return this.#call(name, args, options, 1);
  }

  #call(
    name: string,
    args: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal },
    depth: number,
  ): Promise<ToolAnswer> {
    const { device, server, context } = this.#options;
    if (depth > MAX_DEPTH) {
      return Promise.resolve({ text: `Tool ${name} was not called: tools call tools at most ${MAX_DEPTH} deep`, isError: true });
    }
    const own = this.#server.get(name);
    if (own !== undefined && server !== undefined) {
      return server.run(own, args, { ...context, call: (inner, innerArgs) => this.#call(inner, innerArgs, options, depth + 1) }, options);
    }
    if (device !== undefined) return device.call(name, args, options);
    return Promise.resolve({ text: `There is no tool ${name}`, isError: true });
  }
}

/** A name for a server tool that nobody else has. Adds it to `taken`. */
function unusedName(wanted: string, taken: Set<string>): string {
  const base = `${PREFIX}${wanted}`;
  let name = base.slice(0, MAX_TOOL_NAME);
  for (let n = 2; taken.has(name); n++) name = base.slice(0, MAX_TOOL_NAME - `_${n}`.length) + `_${n}`;
  taken.add(name);
  return name;
}
