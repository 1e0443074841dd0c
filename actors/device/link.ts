/**
 * The way out to a device. A transport implements it; the actor and the playout use it.
 *
 * @module
 */

/** One connection to one device. No method throws; after the link is closed all are no-ops. */
export interface DeviceLink {
  /** Unique among the connections of this process. */
  readonly connectionId: string;
  /** Sends a text message. */
  sendText(text: string): void;
  /** Sends a binary message. */
  sendBinary(data: Uint8Array<ArrayBuffer>): void;
  /** Bytes accepted for sending that the network has not taken yet. */
  bufferedAmount(): number;
  /**
   * Closes the connection. The owner hears `onClosed` at once, in the same call: devices never answer a Close frame, so nothing may wait
   * for it.
   */
  close(code: number, reason: string): void;
}
