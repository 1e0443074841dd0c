/**
 * Waiting for something to become true of a device.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { DeviceError } from "./errors.ts";

/** Checks its conditions whenever it is told that something happened. */
export class Waiting {
  readonly #clock: Clock;
  readonly #checks = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something happened. */
  check(): void {
    for (const check of [...this.#checks]) check();
  }

  /**
   * Resolves as soon as `condition` holds.
   *
   * @throws DeviceError `wait_timeout` after `timeoutMs`; `describe` says what the device was doing instead.
   */
  until(condition: () => boolean, timeoutMs: number, describe: () => string): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#clock.clearTimeout(timer);
        this.#checks.delete(check);
      };
      const check = () => {
        if (!condition()) return;
        finish();
        resolve();
      };
      const timer = this.#clock.setTimeout(() => {
        finish();
        reject(new DeviceError(`${describe()} after ${timeoutMs} ms`, { code: "wait_timeout" }));
      }, timeoutMs);
      this.#checks.add(check);
    });
  }
}
