/**
 * All devices of this process: OTP's `simple_one_for_one` in plain TypeScript. One root actor a connection, one connection a device.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { DeviceDeps } from "../device/deps.ts";
import type { DeviceLink } from "../device/link.ts";
import { DeviceSession, type SessionIdentity } from "../device/session.ts";
import type { DeviceStatus } from "../device/status.ts";
import { RhythmMemory } from "./rhythm_memory.ts";
import { Supervisor } from "../supervision/supervisor.ts";

/** What a transport calls for a connection. */
export interface ConnectionHandlers {
  onText(text: string): void;
  onBinary(data: Uint8Array<ArrayBuffer>): void;
  onClosed(info: { readonly code: number; readonly reason: string; readonly byUs: boolean }): void;
}

/** Devices whose crashes are counted; a fleet in which more crash has another trouble. */
const MAX_CRASHED = 10_000;

/** Starts, finds and stops device sessions. */
export class DeviceSupervisor {
  readonly #deps: DeviceDeps;
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  /** By connection id. */
  readonly #sessions = new Map<string, DeviceSession>();
  /** Newest connection of each device. */
  readonly #newest = new Map<string, DeviceSession>();
  /** By device; the one that crashed longest ago first. */
  readonly #crashes = new Map<string, number>();
  #stopping = false;
  /** Sessions that are over and still tell the history so. */
  readonly #ending = new Set<Promise<void>>();

  constructor(deps: DeviceDeps) {
    const rhythms = new RhythmMemory();
    this.#deps = { rhythmFor: (deviceId, tuning) => rhythms.for(deviceId, tuning), ...deps };
    this.#clock = deps.clock;
    this.#supervisor = new Supervisor({ clock: deps.clock });
  }

  /** Number of sessions, those being replaced included. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The connected devices, in the order of their connection. */
  which(): DeviceStatus[] {
    return [...this.#newest.values()].map((session) => session.status());
  }

  /** Takes a new connection. An older one of the same device is ended: devices do not tell when they leave, so the newest is the true one. */
  accept(link: DeviceLink, identity: SessionIdentity): ConnectionHandlers {
    if (this.#stopping) {
      // Its upgrade was answered before the door closed.
      link.close(1001, "Server stops");
      return { onText: () => {}, onBinary: () => {}, onClosed: () => {} };
    }
    const session = new DeviceSession(this.#deps, link, identity);
    const before = this.#newest.get(identity.deviceId);
    this.#newest.set(identity.deviceId, session);
    this.#sessions.set(link.connectionId, session);
    before?.stop("replaced");
    this.#supervisor.start({
      id: link.connectionId,
      restart: "temporary",
      create: () => session.actor,
      onDown: (reason) => this.#down(session, link, reason),
    });
    const { deviceId, remoteAddress } = identity;
    this.#deps.onStatus?.(deviceId);
    this.#deps.logger.info("Device {deviceId} connected", { deviceId, remoteAddress, sessionId: session.sessionId });
    return {
      onText: (text) => session.onText(text),
      onBinary: (data) => session.onBinary(data),
      onClosed: (info) => session.onClosed(info.reason),
    };
  }

  /** Says something to the person at a device, as {@link DeviceSession.say} does; `unknown` where no such device is connected. */
  say(deviceId: string, text: string, interrupt: boolean): ReturnType<DeviceSession["say"]> | "unknown" {
    return this.#newest.get(deviceId)?.say(text, interrupt) ?? "unknown";
  }

  /** The session of a connected device. */
  session(deviceId: string): DeviceSession | undefined {
    return this.#newest.get(deviceId);
  }

  /** How often the actor of a device has crashed since the process began. */
  crashes(deviceId: string): number {
    return this.#crashes.get(deviceId) ?? 0;
  }

  /**
   * Ends all sessions in good order: turns under way are committed as interrupted. Resolves when all are over, or after `deadlineMs` with
   * the rest stopped hard.
   *
   * @returns How many had to be stopped hard.
   */
  async stop(deadlineMs: number): Promise<number> {
    this.#stopping = true;
    for (const session of [...this.#sessions.values()]) session.stop("shutdown");
    const over = new AbortController();
    const deadline = delay(this.#clock, deadlineMs, over.signal).catch(() => {});
    await Promise.race([this.#allDown(), deadline]);
    over.abort();
    const left = this.#sessions.size;
    for (const id of [...this.#sessions.keys()]) this.#supervisor.stop(id);
    await Promise.all(this.#ending);
    return left;
  }

  #waiting: (() => void) | undefined;

  #allDown(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#checkDown();
    });
  }

  #checkDown(): void {
    if (this.#sessions.size === 0) this.#waiting?.();
  }

  #down(session: DeviceSession, link: DeviceLink, reason: unknown): void {
    this.#sessions.delete(session.connectionId);
    if (this.#newest.get(session.deviceId) === session) this.#newest.delete(session.deviceId);
    this.#deps.onStatus?.(session.deviceId);
    if (reason !== undefined) {
      this.#crashed(session.deviceId);
      this.#log("crashed", session, reason);
      link.close(1011, "Internal error");
    }
    const ended = session.close().catch((error) => this.#log("could not be ended in order", session, error));
    const ending = ended.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#checkDown();
  }

  #crashed(deviceId: string): void {
    const count = this.crashes(deviceId) + 1;
    this.#crashes.delete(deviceId);
    this.#crashes.set(deviceId, count);
    const oldest = this.#crashes.keys().next().value;
    if (this.#crashes.size > MAX_CRASHED && oldest !== undefined) this.#crashes.delete(oldest);
  }

  #log(what: string, { deviceId }: DeviceSession, error: unknown): void {
    this.#deps.logger.error("Device {deviceId} {what}: {error}", { deviceId, what, error: messageOf(error) });
  }
}
