/**
 * The settings of a device while they may change: a turn keeps those that it began with, the next one has the new ones.
 *
 * @module
 */

import type { DeviceSettings } from "./settings.ts";

/** What {@link LiveSettings} needs. */
export interface LiveSettingsOptions {
  readonly settings: () => DeviceSettings;
  /** Grows when {@link LiveSettingsOptions.settings} may say something else; without it they never do. */
  readonly revision?: () => number;
  /** Called when new settings begin to hold. */
  readonly onChange?: () => void;
}

/** What was agreed on, or built, when the device connected, and therefore holds until it leaves. */
const BOUND = ["downlink", "uplink", "helloTimeoutMs", "silentMicMs", "maxTextBytes", "maxFrameBytes"] as const;

/** Keys that a device need not have. */
const OPTIONAL = ["voice"] as const;

/** The settings of one connection. */
export class LiveSettings {
  /** The settings of this moment, at every moment: reading a member reads it as it is then. */
  readonly view: DeviceSettings;
  readonly #options: LiveSettingsOptions;
  readonly #first: DeviceSettings;
  #held: DeviceSettings;
  #revision: number;
  #turn: AbortSignal | undefined;

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
    this.#revision = options.revision?.() ?? 0;
    this.#first = this.#held = options.settings();
    const members = [...new Set([...Object.keys(this.#held), ...OPTIONAL])] as (keyof DeviceSettings)[];
    const getters = members.map((name) => [name, { get: () => this.#current()[name], enumerable: true }]);
    this.view = Object.defineProperties({}, Object.fromEntries(getters)) as DeviceSettings;
  }

  /** Keeps the settings of this moment until `signal` aborts: that of a turn. */
  hold(signal: AbortSignal): void {
    this.#turn = undefined;
    this.#current();
    this.#turn = signal;
  }

  #current(): DeviceSettings {
    const revision = this.#options.revision?.() ?? 0;
    if (revision === this.#revision || this.#turn?.aborted === false) return this.#held;
    this.#revision = revision;
    const bound = Object.fromEntries(BOUND.map((name) => [name, this.#first[name]]));
    this.#held = { ...this.#options.settings(), ...bound };
    this.#options.onChange?.();
    return this.#held;
  }
}
