/**
 * What happens to devices, told to whoever listens at the time: listeners come and go with the parts that they belong to.
 *
 * @module
 */

import type { TurnRecord } from "../../services/history/store.ts";

/** What a listener hears. Neither may throw. */
export interface DeviceNewsListener {
  /** A device connected, disconnected or came into another state. */
  readonly status?: (deviceId: string) => void;
  /** A turn is over and kept. */
  readonly turn?: (turn: TurnRecord) => void;
}

/** The news of all devices. */
export class DeviceNews {
  readonly #listeners = new Set<DeviceNewsListener>();

  /** Tells of a device. */
  readonly onStatus = (deviceId: string): void => {
    for (const { status } of this.#listeners) status?.(deviceId);
  };

  /** Tells of a turn. */
  readonly onTurn = (turn: TurnRecord): void => {
    for (const { turn: hear } of this.#listeners) hear?.(turn);
  };

  /** Tells `listener` from now on; dispose the result to end that. */
  listen(listener: DeviceNewsListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
