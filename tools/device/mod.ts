/**
 * The strict virtual device, for tests and tools.
 *
 * @module
 */

export { VirtualDevice } from "./device.ts";
export type { VirtualDeviceOptions } from "./device_options.ts";
export { DeviceError } from "./errors.ts";
export { connectInMemory, type MemorySocketOptions } from "./memory_socket.ts";
export type { DeviceTool } from "./mcp_tools.ts";
export type { HeardPacket } from "./playback.ts";
export { FIRMWARE_PROFILES, type FirmwareName, type FirmwareProfile } from "./profile.ts";
export type { DeviceSocket, DeviceSocketHandlers, OpenSocket, SocketRequest } from "./socket.ts";
export type { DeviceState } from "./state_machine.ts";
export type { TranscriptEntry } from "./transcript_log.ts";
export type { TurnTimes } from "./turn_log.ts";
export type { Violation, ViolationCode } from "./violations.ts";
export { webSocketClient, type WebSocketClientOptions } from "./websocket_client.ts";
