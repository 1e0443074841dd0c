/**
 * The device socket as the rest of the runtime sees it. Both implementations (`native` on Deno.serve, `ws` on node:http) are held to one
 * contract test; what is odd about either is handled behind this interface.
 *
 * @module
 */

import type { DeviceLink } from "../../actors/device/link.ts";

/** What is known of a device before the upgrade. */
export interface DeviceIdentity {
  /** `Device-Id` in lower case: the MAC of a stock device. */
  readonly deviceId: string;
  /** `Client-Id`: a UUID on a stock device; empty where the client sent none. */
  readonly clientId: string;
  /** `Protocol-Version` header: 1, 2 or 3; anything else counts as 1. */
  readonly protocolVersion: 1 | 2 | 3;
  /** Address of the peer, or of the client named by a trusted proxy. */
  readonly remoteAddress: string;
}

/** What a transport tells the owner of a socket. Each is called after `onOpen`, and none after `onClosed`. */
export interface LinkHandlers {
  /** A text message, at most the configured size. */
  onText(text: string): void;
  /** A binary message, at most the configured size. May be empty. */
  onBinary(data: Uint8Array<ArrayBuffer>): void;
  /** The socket is gone: by the peer, by an error, or because we closed it. Called exactly once. */
  onClosed(info: { readonly code: number; readonly reason: string; readonly byUs: boolean }): void;
}

/** Accepts a socket: gets its link, returns the handlers. */
export type AcceptDevice = (link: DeviceLink, identity: DeviceIdentity) => LinkHandlers;
