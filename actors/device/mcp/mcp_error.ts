/**
 * What can go wrong between the server and a device's tools.
 *
 * @module
 */

import { AppError } from "../../../base/errors.ts";

/** The ways in which an MCP request fails. */
export type McpErrorCode = "mcp_timeout" | "mcp_device_error" | "mcp_closed" | "mcp_send_failed" | "mcp_unknown_tool";

/** An MCP request that brought no result. */
export class McpError extends AppError {
  declare readonly code: McpErrorCode;

  constructor(code: McpErrorCode, message: string, cause?: unknown) {
    super(message, { code, retryable: code === "mcp_timeout", cause });
  }
}
