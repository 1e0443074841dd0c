/**
 * Who a device plays.
 *
 * @module
 */

import type { DeviceStore } from "../../services/history/device_store.ts";
import type { DeviceSettings } from "./settings.ts";

/** What a role is made of; what is absent is as the device has it without a role. */
export interface RoleSettings {
  /** Instructions to the chat stage. */
  readonly persona: string;
  readonly voice?: string;
  readonly language?: "auto" | "zh" | "en";
  /** What a wake word is answered with. */
  readonly greeting?: string;
}

/** The name that stands for the role of the configuration. */
export const DEFAULT_ROLE = "default";

/** What {@link DeviceRole} needs. */
export interface DeviceRoleOptions {
  readonly settings: DeviceSettings;
  readonly deviceId: string;
  /** Keeps the choice; without it a choice lasts as long as the connection. */
  readonly store: Pick<DeviceStore, "roleOf" | "saveRole"> | undefined;
}

/**
 * The role of one device: the one that was chosen at run time, else the one that the configuration gives the device, else the default of
 * the configuration, else none. A role's voice and language stand above those of the device.
 */
export class DeviceRole {
  readonly #options: DeviceRoleOptions;
  #chosen: string | undefined;

  constructor(options: DeviceRoleOptions) {
    this.#options = options;
  }

  /** Its name; empty where there is none. */
  get name(): string {
    return this.#chosen ?? this.#options.settings.role;
  }

  /** What a wake word is answered with, where the role says so. */
  get greeting(): string | undefined {
    return this.#role?.greeting;
  }

  /** The settings of the device as its role has them. */
  get settings(): DeviceSettings {
    const { settings } = this.#options;
    const role = this.#role;
    if (role === undefined) return settings;
    const { persona, voice, language } = role;
    return { ...settings, persona, ...(voice === undefined ? {} : { voice }), ...(language === undefined ? {} : { language }) };
  }

  /**
   * Takes up what was chosen on an earlier connection. A role that is not configured any more counts as not chosen.
   *
   * @throws {HistoryError} When the store cannot be read.
   */
  async load(): Promise<void> {
    const { deviceId, store } = this.#options;
    this.#chosen = this.#known(await store?.roleOf(deviceId));
  }

  /**
   * Changes the role, from the next reply on, and keeps it. {@link DEFAULT_ROLE} goes back to that of the configuration, unless a role is
   * called so. A name that is no role changes nothing.
   *
   * @throws {HistoryError} When it cannot be kept; it is changed all the same.
   */
  async choose(name: string): Promise<void> {
    const { deviceId, store } = this.#options;
    const known = this.#known(name);
    if (known === undefined && name !== DEFAULT_ROLE) return;
    this.#chosen = known;
    await store?.saveRole(deviceId, known);
  }

  get #role(): RoleSettings | undefined {
    const { roles } = this.#options.settings;
    return Object.hasOwn(roles, this.name) ? roles[this.name] : undefined;
  }

  #known(name: string | undefined): string | undefined {
    return name !== undefined && Object.hasOwn(this.#options.settings.roles, name) ? name : undefined;
  }
}
