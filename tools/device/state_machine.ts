/**
 * The device's states and the transitions that its firmware allows (78/xiaozhi-esp32 main/device_state_machine.cc).
 *
 * @module
 */

/** States of a device (main/device_state.h); conversations use the four from `idle` to `speaking`. */
export type DeviceState =
  | "starting"
  | "wifi_configuring"
  | "audio_testing"
  | "activating"
  | "upgrading"
  | "idle"
  | "connecting"
  | "listening"
  | "speaking"
  | "fatal_error";

/** Legal transitions; all others are logged and dropped. */
export const TRANSITIONS: Readonly<Record<DeviceState, readonly DeviceState[]>> = {
  starting: ["wifi_configuring", "activating"],
  wifi_configuring: ["activating", "audio_testing"],
  audio_testing: ["wifi_configuring"],
  activating: ["upgrading", "idle", "wifi_configuring"],
  upgrading: ["idle", "activating"],
  idle: ["connecting", "listening", "speaking", "activating", "upgrading", "wifi_configuring"],
  connecting: ["idle", "listening"],
  listening: ["speaking", "idle"],
  speaking: ["listening", "idle"],
  fatal_error: [],
};

/** What became of a wish to change state: `same` is no transition at all. */
export type TransitionResult = "entered" | "same" | "refused";

/** Holds the state and refuses what the table does not allow. */
export class StateMachine {
  #state: DeviceState = "idle";
  readonly #onChange: (to: DeviceState, from: DeviceState) => void;
  readonly #onRefused: (to: DeviceState, from: DeviceState) => void;

  constructor(onChange: (to: DeviceState, from: DeviceState) => void, onRefused: (to: DeviceState, from: DeviceState) => void) {
    this.#onChange = onChange;
    this.#onRefused = onRefused;
  }

  /** The present state. */
  get state(): DeviceState {
    return this.#state;
  }

  /** Tries to go to `to`. */
  to(to: DeviceState): TransitionResult {
    const from = this.#state;
    if (to === from) return "same";
    if (!TRANSITIONS[from].includes(to)) {
      this.#onRefused(to, from);
      return "refused";
    }
    this.#state = to;
    this.#onChange(to, from);
    return "entered";
  }

  /** The firmware has crashed: nothing is possible until the device is switched on again. */
  crash(): void {
    const from = this.#state;
    this.#state = "fatal_error";
    if (from !== "fatal_error") this.#onChange("fatal_error", from);
  }

  /** Switched on again, past start-up. */
  reboot(): void {
    const from = this.#state;
    this.#state = "idle";
    if (from !== "idle") this.#onChange("idle", from);
  }
}
