/**
 * A connected device: its actor, and the way in from its link.
 *
 * @module
 */

import { lazy } from "@logtape/logtape";
import { type Actor, createActor } from "xstate";
import {
  decodeAudioFrame,
  type DeviceMessage,
  type McpCallResult,
  type McpTool,
  parseDeviceMessage,
  type ProtocolVersion,
} from "../../protocol/mod.ts";
import { deviceContextSummary } from "./context_summary.ts";
import type { DeviceDeps, SessionRecorder } from "./deps.ts";
import { Effects } from "./effects.ts";
import { observe } from "../supervision/observe.ts";
import type { DeviceLink } from "./link.ts";
import { deviceMachine } from "./machine.ts";
import { LiveSettings } from "./live_settings.ts";
import { isOneOf } from "./phrases.ts";
import { chartSettings, type DeviceSettings } from "./settings.ts";
import type { DeviceStatus } from "./status.ts";

/** Who connected. */
export interface SessionIdentity {
  readonly deviceId: string;
  readonly clientId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly remoteAddress: string;
}

/** One line in the log for so many messages that cannot be read: a broken client must not fill the disk. */
const UNREADABLE_REPORTED = 100;

/** Typed text comes back to the device as `stt`, and devices with little memory take texts of 2 to 4 KB at most. */
const MAX_TYPED_CHARS = 600;

/** Counters of what was dropped on the way in. */
export interface InboundDrops {
  /** Binary messages before the hello. */
  early: number;
  /** Binary messages that no framing fits. */
  malformed: number;
  /** Text messages that could not be read. */
  unreadable: number;
}

/** One connection of one device. The supervisor starts and stops its actor; the link tells it what arrives. */
export class DeviceSession implements Disposable {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly connectionId: string;
  readonly drops: InboundDrops = { early: 0, malformed: 0, unreadable: 0 };
  /** The actor; its owner starts it. */
  readonly actor: Actor<typeof deviceMachine>;
  readonly #deps: DeviceDeps;
  readonly #link: DeviceLink;
  readonly #identity: SessionIdentity;
  readonly #settings: DeviceSettings;
  readonly #recorder: SessionRecorder | undefined;
  readonly #effects: Effects;
  readonly #connectedAt: number;
  /** The state that was seen last, and since when, monotonic milliseconds. */
  #place = { state: "", since: 0, wall: 0 };
  #version: ProtocolVersion;
  #greeted = false;
  readonly #watching: Disposable;

  constructor(shared: DeviceDeps, link: DeviceLink, identity: SessionIdentity) {
    const sessionId = this.sessionId = shared.newSessionId();
    const turnId = lazy(() => this.#effects.turnId);
    const logger = shared.logger.with({ deviceId: identity.deviceId, sessionId, turnId });
    const deps: DeviceDeps = this.#deps = Object.create(shared, { logger: { value: logger } });
    this.#link = link;
    this.#identity = identity;
    this.#version = identity.protocolVersion;
    this.#connectedAt = deps.clock.wall();
    this.deviceId = identity.deviceId;
    this.connectionId = link.connectionId;
    const { settingsRevision: revision } = deps;
    const settings = new LiveSettings({
      settings: () => deps.settingsFor(identity.deviceId),
      ...(revision === undefined ? {} : { revision }),
      onChange: () => this.#noteSettings(),
    });
    this.#settings = settings.view;
    const recorder = this.#settings.services.recorder ? deps.recorders?.for(identity.deviceId) : undefined;
    this.#recorder = recorder;
    this.#effects = new Effects({
      deps,
      settings: this.#settings,
      link,
      recorder,
      deviceId: identity.deviceId,
      clientId: identity.clientId,
      sessionId: this.sessionId,
      tell: (event) => this.actor.send(event),
      onTurn: (turn) => settings.hold(turn.signal),
    });
    this.actor = createActor(deviceMachine, {
      id: "device",
      clock: deps.clock,
      input: { ports: this.#effects, settings: this.#settings },
    });
    this.#watching = observe(this.actor, { next: ({ value }) => this.#arrive(leaf(value)), error: () => {} });
    this.#arrive(leaf(this.actor.getSnapshot().value));
    recorder?.note("connected", { sessionId: this.sessionId, clientId: identity.clientId });
    this.#noteSettings();
    recorder?.watch(this.actor, deviceContextSummary);
  }

  /** Takes a text message. */
  onText(text: string): void {
    const parsed = parseDeviceMessage(text, this.#settings.maxTextBytes);
    if (parsed.ok) return this.#onMessage(parsed.message);
    const count = ++this.drops.unreadable;
    this.#recorder?.note("unreadable", { code: parsed.error.code });
    if (count % UNREADABLE_REPORTED !== 1) return;
    this.#deps.logger.warn("Device {deviceId} sent a message that is ignored: {problem}", {
      deviceId: this.deviceId,
      problem: parsed.error.message,
      count,
    });
  }

  /** Takes a binary message. */
  onBinary(data: Uint8Array<ArrayBuffer>): void {
    const { metrics } = this.#deps;
    metrics?.frameIn();
    if (!this.#greeted) {
      this.drops.early++;
      return metrics?.frameDropped("early");
    }
    const frame = decodeAudioFrame(this.#version, data, this.#settings.maxFrameBytes);
    if (frame.ok) return this.#effects.hear(frame.packet);
    if (frame.error.code === "frame_empty") return;
    this.drops.malformed++;
    metrics?.frameDropped("malformed");
  }

  /** Takes the end of the link. */
  onClosed(reason: string): void {
    this.actor.send({ type: "LINK_CLOSED", reason });
  }

  /** Ends the session in good order: the turn under way is committed as interrupted first. */
  stop(reason: "shutdown" | "replaced" | "disconnected"): void {
    this.actor.send({ type: "STOP", reason });
  }

  /** Ends the session when what is being said has been said to the end of its sentence, or at once where nothing is. */
  drain(): void {
    this.actor.send({ type: "DRAIN" });
  }

  /**
   * Says something to the person: at once where nothing is being said, else only with `interrupt`.
   *
   * @returns The id of the turn, or why it cannot be said: somebody is speaking (`busy`), or the device has not listened yet, or is about
   * to be disconnected (`not_ready`).
   */
  say(text: string, interrupt: boolean): { readonly turnId: string } | "busy" | "not_ready" {
    const turnId = this.#deps.newTurnId();
    const event = { type: "SAY", text, turnId, interrupt } as const;
    const snapshot = this.actor.getSnapshot();
    if (snapshot.can(event)) {
      this.actor.send(event);
      return { turnId };
    }
    return snapshot.can({ ...event, interrupt: true }) ? "busy" : "not_ready";
  }

  /** The tools of the device, as it describes them; empty until it has named them. */
  tools(): readonly McpTool[] {
    return this.#effects.mcp?.deviceTools() ?? [];
  }

  /**
   * Calls a tool of the device by its own name; undefined where it offers none. What the device refuses is an answer with `isError`.
   *
   * @throws The signal's reason; {@link McpError} `mcp_closed` when the connection ends.
   */
  callTool(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<McpCallResult> | undefined {
    return this.#effects.mcp?.call(name, args, { signal });
  }

  /** Tells the device to restart, which ends the connection. */
  reboot(): void {
    this.#effects.send({ type: "system", command: "reboot" });
  }

  /**
   * Changes its role, from the next reply on, and keeps it; undefined goes back to that of the configuration.
   *
   * @throws {HistoryError} When it cannot be kept; it is changed all the same.
   */
  async chooseRole(name: string | undefined): Promise<void> {
    await this.#effects.chooseRole(name);
  }

  /** Version of the binary protocol, as the hello agreed it. */
  get protocolVersion(): ProtocolVersion {
    return this.#version;
  }

  /** Name of the active state of the chart, such as `listening`. */
  get state(): string {
    return leaf(this.actor.getSnapshot().value);
  }

  /** What pages and health show. */
  status(): DeviceStatus {
    const { context } = this.actor.getSnapshot();
    const mcp = this.#effects.mcp;
    return {
      deviceId: this.deviceId,
      clientId: this.#identity.clientId,
      connectionId: this.connectionId,
      sessionId: this.sessionId,
      state: this.state,
      since: this.#place.wall,
      inStateMs: Math.round(this.#deps.clock.now() - this.#place.since),
      ...(context.mode === undefined ? {} : { mode: context.mode }),
      remoteAddress: this.#identity.remoteAddress,
      connectedAt: this.#connectedAt,
      turns: this.#effects.turns,
      ...(mcp?.serverInfo === undefined ? {} : { board: mcp.serverInfo.name, firmware: mcp.serverInfo.version }),
      tools: (mcp?.tools() ?? []).map((tool) => tool.name),
    };
  }

  /** Releases what the session holds; the actor is over by then. Resolves when the history knows of the end. */
  async close(): Promise<void> {
    this[Symbol.dispose]();
    if (this.#actorFailed()) this.#recorder?.failed(this.actor.getSnapshot().error);
    this.#recorder?.note("disconnected", { sessionId: this.sessionId, drops: { ...this.drops } });
    this.#deps.recorders?.left(this.deviceId);
    const reason = this.#actorFailed() ? "error" : this.actor.getSnapshot().context.closing?.end ?? "device";
    const { deviceId, sessionId } = this;
    this.#deps.logger.info("Device {deviceId} disconnected, ended by {reason}", {
      deviceId,
      reason,
      turns: this.#effects.turns,
      sessionId,
    });
    this.#effects.ended(reason === "shutdown");
    if (!this.#greeted) return;
    try {
      await this.#deps.history?.closeSession(this.sessionId, this.#deps.clock.wall(), reason);
    } catch (error) {
      this.#effects.report("closing the session", error);
    }
  }

  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#effects[Symbol.dispose]();
  }

  #arrive(state: string): void {
    if (state === this.#place.state) return;
    this.#place = { state, since: this.#deps.clock.now(), wall: this.#deps.clock.wall() };
    this.#deps.onStatus?.(this.deviceId);
  }

  #noteSettings(): void {
    this.#recorder?.note("settings", { ...chartSettings(this.#settings) });
  }

  #actorFailed(): boolean {
    return this.actor.getSnapshot().status === "error";
  }

  #onMessage(message: DeviceMessage): void {
    this.#recorder?.note("received", { type: message.type, ...("state" in message ? { state: message.state } : {}) });
    switch (message.type) {
      case "hello":
        return this.#onHello(message);
      case "listen":
        return this.#onListen(message);
      case "abort":
        this.#effects.interrupted();
        return this.actor.send({ type: "ABORT" });
      case "mcp":
        return this.#effects.mcp?.handle(message.payload);
      case "goodbye":
        // The device is done and waits for nothing; that the link is closed comes back as its end.
        return this.#link.close(1000, "Goodbye");
      case "ping":
        return this.#effects.send({ type: "pong", timestamp: this.#deps.clock.wall() });
      case "iot":
        return;
      case "unknown":
        this.#deps.logger.debug("Device {deviceId} sent a message of unknown type {name}", { deviceId: this.deviceId, name: message.name });
    }
  }

  #onHello(hello: Extract<DeviceMessage, { type: "hello" }>): void {
    if (this.#greeted) {
      this.#deps.logger.warn("Device {deviceId} said hello twice; the second is ignored", { deviceId: this.deviceId });
      return;
    }
    this.#greeted = true;
    this.#version = hello.version;
    this.#effects.agree({ version: hello.version, mcp: hello.features.mcp });
    this.actor.send({ type: "HELLO" });
  }

  #onListen(listen: Extract<DeviceMessage, { type: "listen" }>): void {
    const text = listen.text?.trim().slice(0, MAX_TYPED_CHARS) ?? "";
    switch (listen.state) {
      case "start":
        // Begins the time to idle anew, also where the device has been listening.
        this.#place = { ...this.#place, state: "" };
        this.#effects.interrupted();
        return this.actor.send({ type: "LISTEN_START", mode: listen.mode ?? "auto" });
      case "stop":
        return this.actor.send({ type: "LISTEN_STOP" });
      case "detect":
        if (text === "" || isOneOf(text, this.#settings.wakeWords)) return this.actor.send({ type: "WAKE", text });
        return this.actor.send({ type: "TEXT", text });
      case "text":
        if (text !== "") this.actor.send({ type: "TEXT", text });
    }
  }
}

/** States whose inner states are a matter of the chart; what a person would say is happening is their own name. */
const PLACES: readonly string[] = ["recognizing", "speaking"];

function leaf(value: unknown): string {
  let at = value;
  let name = "";
  while (typeof at === "object" && at !== null && !PLACES.includes(name)) [name, at] = Object.entries(at)[0]!;
  return PLACES.includes(name) ? name : String(at);
}
