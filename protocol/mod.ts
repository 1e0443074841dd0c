/**
 * The xiaozhi wire protocol, pure: JSON messages of both directions, binary frames, the MCP envelope. Inside, names are camelCase; on the
 * wire they are snake_case.
 *
 * @module
 */

export * from "./abort.ts";
export * from "./audio_frame.ts";
export * from "./audio_params.ts";
export * from "./device_message.ts";
export * from "./emotions.ts";
export * from "./encode_message.ts";
export * from "./hello.ts";
export * from "./iot.ts";
export * from "./json_text.ts";
export * from "./limits.ts";
export * from "./listen.ts";
export * from "./mcp_payload.ts";
export * from "./mcp_request.ts";
export * from "./mcp_results.ts";
export * from "./notices.ts";
export type { UnknownMessage } from "./parse_typed.ts";
export { type Parsed, ProtocolError, type ProtocolErrorCode } from "./protocol_error.ts";
export * from "./server_hello.ts";
export * from "./server_message.ts";
export * from "./tts.ts";
export * from "./version.ts";
