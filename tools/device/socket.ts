/**
 * The device's side of a connection, whatever carries it: a strict WebSocket over TCP or a pair in memory.
 *
 * @module
 */

/** What a device says of itself when it connects. */
export interface SocketRequest {
  /** `ws://` or `wss://` address from the OTA answer. */
  readonly url: string;
  /** Token from the OTA answer; no `Authorization` header when empty. */
  readonly token: string;
  /** `Protocol-Version` header. */
  readonly protocolVersion: number;
  /** `Device-Id` header. */
  readonly deviceId: string;
  /** `Client-Id` header. */
  readonly clientId: string;
}

/** A breach of WebSocket rules, by the code under which it is recorded. */
export type SocketFault = "websocket_fragmented" | "websocket_framing" | "websocket_handshake";

/** What a device hears from its connection. */
export interface DeviceSocketHandlers {
  /** A text message. */
  onText(text: string): void;
  /** A binary message. */
  onBinary(data: Uint8Array<ArrayBuffer>): void;
  /** A ping; the pong has been sent. */
  onPing(): void;
  /** The server's Close frame. The connection below stays open until either side drops it. */
  onCloseFrame(code: number, reason: string): void;
  /** The connection is gone, by the server or by a failure. Once; never after `destroy()`. */
  onGone(): void;
  /** The server broke the WebSocket protocol. */
  onFault(fault: SocketFault, detail: string): void;
}

/** One connection. No method throws after the connection is gone. */
export interface DeviceSocket {
  /** Sends one text message in one frame. */
  sendText(text: string): void;
  /** Sends one binary message in one frame. */
  sendBinary(data: Uint8Array<ArrayBuffer>): void;
  /** Stops taking data from the network, as a hung device does. */
  stopReading(): void;
  /** Drops the connection without a Close frame, as the firmware does. */
  destroy(): void;
}

/**
 * Connects.
 *
 * @throws `DeviceError` with code `server_not_connected` or `upgrade_refused`.
 */
export type OpenSocket = (request: SocketRequest, handlers: DeviceSocketHandlers) => Promise<DeviceSocket>;
