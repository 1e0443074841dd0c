/**
 * All devices of this process, supervised as `simple_one_for_one`: one root actor a connection, one connection a device. A connection is
 * temporary, since only the device can make it anew.
 *
 * @module
 */

import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { DeviceDeps } from "../device/deps.ts";
import type { DeviceLink } from "../device/link.ts";
import { DeviceSession, type SessionIdentity } from "../device/session.ts";
import type { DeviceStatus } from "../device/status.ts";
import type { DeviceCounts } from "../../services/metrics/sources.ts";
import { RhythmMemory } from "./rhythm_memory.ts";
import type { RestartLog } from "../supervision/restart_log.ts";
import type { SupervisorSnapshot } from "../supervision/snapshot.ts";
import { Supervisor } from "../supervision/supervisor.ts";

/** What a transport calls for a connection. */
export interface ConnectionHandlers {
  onText(text: string): void;
  onBinary(data: Uint8Array<ArrayBuffer>): void;
  onClosed(info: { readonly code: number; readonly reason: string; readonly byUs: boolean }): void;
}

/** Devices whose crashes are counted; a fleet in which more crash has another trouble. */
const MAX_CRASHED = 10_000;

/** How the devices of a process came to their end. */
export interface DevicesDrained {
  /** Devices that were connected. */
  readonly devices: number;
  /** Those that were cut off in what they were saying or hearing; what was heard until then is kept. */
  readonly cut: number;
  /** Those whose turn could not be kept in time. */
  readonly lost: number;
}

/** Starts, finds and stops device sessions. */
export class DeviceSupervisor {
  readonly #deps: DeviceDeps;
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  /** By connection id. */
  readonly #sessions = new Map<string, DeviceSession>();
  /** Newest connection of each device. */
  readonly #newest = new Map<string, DeviceSession>();
  /** By device; the one that crashed longest ago first. `at` is in Unix milliseconds. */
  readonly #crashes = new Map<string, { readonly count: number; readonly at: number }>();
  #stopping = false;
  /** Sessions that are over and still tell the history so. */
  readonly #ending = new Set<Promise<void>>();

  /** Crashes go to `log`, where there is one, under the name `devices/device`. */
  constructor(deps: DeviceDeps, log?: RestartLog) {
    const rhythms = new RhythmMemory();
    const rhythmFor: DeviceDeps["rhythmFor"] = (deviceId, tuning) => rhythms.for(deviceId, tuning);
    // Members that are getters stay so: what they get may be replaced while devices talk.
    this.#deps = Object.defineProperties({ ...deps, rhythmFor }, Object.getOwnPropertyDescriptors(deps));
    this.#clock = deps.clock;
    this.#supervisor = new Supervisor({
      clock: deps.clock,
      id: "devices",
      strategy: "simple_one_for_one",
      ...(log === undefined ? {} : { log }),
    });
  }

  /** Number of sessions, those being replaced included. */
  get size(): number {
    return this.#sessions.size;
  }

  /** How many sessions speak each version of the binary protocol, and how many are in each state of their chart. */
  counts(): DeviceCounts {
    const protocols: Partial<Record<1 | 2 | 3, number>> = {};
    const states: Record<string, number> = {};
    for (const { protocolVersion, state } of this.#sessions.values()) {
      protocols[protocolVersion] = (protocols[protocolVersion] ?? 0) + 1;
      states[state] = (states[state] ?? 0) + 1;
    }
    return { protocols, states };
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
      kind: "device",
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
    return this.#crashes.get(deviceId)?.count ?? 0;
  }

  /** When the actor of a device last crashed, Unix milliseconds. */
  crashedAt(deviceId: string): number | undefined {
    return this.#crashes.get(deviceId)?.at;
  }

  /** How many sessions there are in each state of supervision. */
  tree(): SupervisorSnapshot {
    return this.#supervisor.tree();
  }

  /**
   * Ends all sessions gently: each when its device has heard its sentence to the end, or after `finishMs` as {@link DeviceSupervisor.stop}
   * does it, which then has `cutMs`. From the call on no new connection is taken.
   */
  async drain(finishMs: number, cutMs: number): Promise<DevicesDrained> {
    this.#stopping = true;
    const devices = this.#sessions.size;
    for (const session of [...this.#sessions.values()]) session.drain();
    await this.#downWithin(finishMs);
    const cut = this.#sessions.size;
    return { devices, cut, lost: await this.stop(cutMs) };
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
    await this.#downWithin(deadlineMs);
    const left = this.#sessions.size;
    await this.#supervisor.shutdown();
    await Promise.all(this.#ending);
    return left;
  }

  async #downWithin(ms: number): Promise<void> {
    const over = new AbortController();
    const deadline = delay(this.#clock, ms, over.signal).catch(() => {});
    await Promise.race([this.#allDown(), deadline]);
    over.abort();
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
    // Who came to an end by itself has closed the link; who was stopped hard has not, and neither has who crashed.
    if (reason === undefined) link.close(1001, "Server stops");
    else {
      this.#crashed(session.deviceId);
      this.#log("crashed", session, reason);
      this.#deps.metrics?.crashed();
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
    this.#crashes.set(deviceId, { count, at: this.#clock.wall() });
    const oldest = this.#crashes.keys().next().value;
    if (this.#crashes.size > MAX_CRASHED && oldest !== undefined) this.#crashes.delete(oldest);
  }

  #log(what: string, { deviceId }: DeviceSession, error: unknown): void {
    this.#deps.logger.error("Device {deviceId} {what}: {error}", { deviceId, what, error: messageOf(error) });
  }
}
