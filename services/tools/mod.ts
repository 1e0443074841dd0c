/**
 * The tools of this server that come with it.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { changeRoleTool } from "./change_role.ts";
import { exitConversationTool } from "./exit_conversation.ts";
import { ToolRegistry } from "./registry.ts";
import { timeTool } from "./time.ts";
import type { ServerTool } from "./tool.ts";
import { weatherTool } from "./weather.ts";

export { ToolRegistry } from "./registry.ts";
export { defineTool, type ServerTool, type ToolAnswer, type ToolContext, type ToolConversation } from "./tool.ts";

/** What the tools need. */
export interface ServerToolsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** IANA name of the zone of the devices; empty for the machine's. */
  readonly timezone: string;
  /** Names of the roles that are configured. */
  readonly roles: readonly string[];
  /** Offered where `url` is not empty. */
  readonly weather: { readonly url: string; readonly place: string; readonly timeoutMs: number };
  /** The machine's `fetch` by default. */
  readonly fetch?: typeof fetch;
  /** Tools beside those that come with the server. */
  readonly more?: readonly ServerTool[];
}

/** The registry of the tools that the configuration asks for. */
export function createServerTools(options: ServerToolsOptions): ToolRegistry {
  const { clock, logger, roles, weather, more = [] } = options;
  return new ToolRegistry({
    clock,
    logger,
    tools: [
      timeTool(options),
      ...(weather.url === "" ? [] : [weatherTool({ ...weather, fetch: options.fetch ?? fetch })]),
      exitConversationTool(),
      changeRoleTool(roles),
      ...more,
    ],
  });
}
