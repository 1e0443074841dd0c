/**
 * What the decisions of the device chart do: the ports, over a link, a microphone, the ESP32 server and the history.
 *
 * @module
 */

import { encodeMessage, type KnownServerMessage, type ListenMode, type ProtocolVersion, serverHello } from "../../protocol/mod.ts";
import type { Utterance } from "../../audio/types.ts";
import type { StageOptions } from "../../services/esp32_server/stages.ts";
import type { TurnDraft } from "../../services/history/store.ts";
import { withLogIds } from "../../services/logging/mod.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import { writeOggOpus } from "../../audio/ogg/mod.ts";
import type { DeviceDeps, SessionRecorder } from "./deps.ts";
import type { DeviceActorEvent, ReplyEvent } from "./events.ts";
import { Conversation } from "./conversation.ts";
import { DEVICE_PATIENCE_MS } from "./limits.ts";
import type { SessionMemory } from "./memory.ts";
import { DEFAULT_ROLE, DeviceRole } from "./role.ts";
import type { DeviceLink } from "./link.ts";
import { McpClient } from "./mcp/mcp_client.ts";
import { Mic } from "./mic.ts";
import { isOneOf } from "./phrases.ts";
import { Keeper } from "./keeper.ts";
import type { DevicePorts, NewTurn, ReplyJob } from "./ports.ts";
import { Speaker } from "./reply/speaker.ts";
import type { DeviceSettings } from "./settings.ts";
import { Speculation } from "./speculation.ts";
import { looksFinal } from "./transcript.ts";
import { Turn } from "./turn.ts";
import { TurnServer } from "./turn_server.ts";

/** What the effects of one session need. */
export interface EffectsOptions {
  readonly deps: DeviceDeps;
  readonly settings: DeviceSettings;
  readonly link: DeviceLink;
  readonly recorder: SessionRecorder | undefined;
  readonly deviceId: string;
  readonly clientId: string;
  readonly sessionId: string;
  /** Tells the chart. */
  readonly tell: (event: DeviceActorEvent) => void;
  /** Hears of each turn as it begins. */
  readonly onTurn?: (turn: Turn) => void;
}

/** The ports of one session. */
export class Effects implements DevicePorts, Disposable {
  readonly #options: EffectsOptions;
  readonly #conversation: Conversation;
  readonly #role: DeviceRole;
  readonly #memory: SessionMemory | undefined;
  readonly #keeper: Keeper;
  readonly #speaker: Speaker;
  readonly #server: TurnServer;
  readonly #speculation: Speculation;
  #turn: Turn | undefined;
  #mic: Mic | undefined;
  #mcp: McpClient | undefined;
  #version: ProtocolVersion = 1;
  #wantsMcp = false;
  #idleSince = 0;
  #sentAt = 0;
  /** When something began that may cut the reply under way, if anything did. */
  #interruptedAt: number | undefined;
  /** How the microphone was last opened. */
  #mode: ListenMode = "auto";
  /** When the device was last told that a reply is over, without having said since that it listens. */
  #stoppedAt = -Infinity;

  constructor(options: EffectsOptions) {
    this.#options = options;
    const { deps, settings, deviceId } = options;
    const server = this.#server = new TurnServer(deps);
    const role = this.#role = new DeviceRole({ settings, deviceId, store: deps.deviceStore });
    const memory = this.#memory = deps.memories?.of(deviceId);
    this.#keeper = new Keeper({ ...options, memory, report: (what, error) => this.report(what, error) });
    this.#conversation = new Conversation({
      // What may change between turns is read anew for each.
      get contextTurns() {
        return settings.contextTurns;
      },
      get contextTokens() {
        return settings.contextTokens;
      },
      persona: () => role.settings.persona,
      memory: () => settings.services.memory ? memory?.text ?? "" : "",
    });
    this.#speculation = new Speculation({
      clock: deps.clock,
      enabled: () => settings.features.speculation && (deps.spare?.("speculation") ?? true),
      allowed: () => this.#speaker.mayAnswer(),
      recognize: (utterance, options) => this.#hear(utterance, options),
      chat: server,
      request: (text) => looksFinal(text) && !this.#isFarewell(text) ? this.#speaker.request(text) : undefined,
      note: (kind, data) => options.recorder?.note(kind, data),
    });
    this.#speaker = new Speaker({
      ...options,
      conversation: this.#conversation,
      role,
      chat: this.#speculation.chat,
      synthesize: server,
      send: (message) => this.send(message),
      report: (what, error) => this.report(what, error),
      version: () => this.#version,
      mcp: () => settings.features.deviceMcp ? this.#mcp : undefined,
    });
    this.#idleSince = this.#sentAt = options.deps.clock.now();
  }

  /** Turns committed so far. */
  get turns(): number {
    return this.#keeper.turns;
  }

  /** The turn that is under way, until it has been kept. */
  get turnId(): string | undefined {
    return this.#turn?.id;
  }

  /** The device's side of MCP, once it has said hello and offers tools. */
  get mcp(): McpClient | undefined {
    return this.#mcp;
  }

  /** Changes the role, from the next reply on, and keeps it; undefined goes back to that of the configuration. */
  async chooseRole(name: string | undefined): Promise<void> {
    await this.#role.choose(name ?? DEFAULT_ROLE);
  }

  /** Takes what the device's hello agreed on. */
  agree(hello: { readonly version: ProtocolVersion; readonly mcp: boolean }): void {
    this.#version = hello.version;
    this.#wantsMcp = hello.mcp;
  }

  /** Something begins, `agoMs` milliseconds before now, that may cut the reply under way. */
  interrupted(agoMs = 0): void {
    if (this.#speaker.sounding) this.#interruptedAt = this.#options.deps.clock.now() - agoMs;
  }

  /** Hands a packet of the device to the microphone. */
  hear(packet: Uint8Array<ArrayBuffer>): void {
    this.#mic?.push(packet);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { deps, settings, deviceId, tell } = this.#options;
    const known = Promise.all([this.#role.load().catch((error) => this.report("reading the role", error)), this.#memory?.load()]);
    const newDecoder = await deps.loadDecoders();
    await known;
    if (signal.aborted) return;
    this.#mic = new Mic({
      clock: deps.clock,
      newDecoder,
      vad: deps.vad,
      settings,
      rhythm: deps.rhythmFor?.(deviceId, settings.uplink),
      onSilent: () => tell({ type: "MIC_SILENT" }),
      onEvent: (event) => {
        if (event.type === "speech_started") {
          this.interrupted(event.agoMs);
          tell({ type: "SPEECH_STARTED", agoMs: event.agoMs });
        } else if (event.type === "speech_ended") tell({ type: "SPEECH_ENDED", utterance: event.utterance, agoMs: event.agoMs });
        else if (event.type === "speech_paused") tell({ type: "SPEECH_PAUSED", utterance: event.utterance });
        else if (event.type === "speech_resumed") tell({ type: "SPEECH_RESUMED" });
        else if (event.type === "speech_discarded") this.#options.recorder?.note("speech_discarded");
        else if (event.type === "vad_failed") this.#vadFailed(event.error);
        else if (event.type === "undecodable") this.#undecodable(event.consecutive);
      },
    });
  }

  welcome(): void {
    const { deps, settings, sessionId, deviceId, clientId } = this.#options;
    const { sampleRate, frameMs } = settings.downlink;
    this.send(serverHello({ sessionId, sampleRate, frameDuration: frameMs, version: this.#version }));
    if (this.#wantsMcp && settings.features.deviceMcp) {
      this.#mcp = new McpClient({
        clock: deps.clock,
        logger: deps.logger,
        send: (payload) => this.send({ type: "mcp", payload }),
      });
      this.#mcp.start();
    }
    const opened = deps.history?.openSession({ sessionId, deviceId, clientId, startedAt: deps.clock.wall() });
    opened?.catch((error) => this.report("opening the session", error));
  }

  openMic(mode: ListenMode): void {
    this.#mode = mode;
    this.#stoppedAt = -Infinity;
    if (mode !== "auto" || !this.#speaker.sounding) this.#mic?.open(mode);
  }

  resumeMic(mode: ListenMode): void {
    this.#mode = mode;
    const { deps, settings } = this.#options;
    const isEcho = mode === "auto" && deps.clock.now() < this.#stoppedAt + settings.echoTailMs;
    this.#mic?.resume(mode, isEcho ? settings.echoTailMs : 0);
  }

  closeMic(): void {
    this.#mic?.close();
  }

  endSpeech(): void {
    this.#mic?.endSpeech();
  }

  newTurn(source: TurnDraft["source"], { text = "", turnId = this.#options.deps.newTurnId(), agoMs = 0 }: NewTurn = {}): Turn {
    const { deps, sessionId, deviceId } = this.#options;
    const turn = this.#turn = new Turn({ turnId, sessionId, deviceId, source, clock: deps.clock, sinceMs: agoMs });
    this.#options.onTurn?.(turn);
    this.#server.hold(turn.signal);
    if (source === "say") turn.announcement = text;
    else turn.userText = text;
    // What was typed may not be on record; what it makes the chart do is.
    const typed = source === "text" && text !== "" ? { farewell: this.#isFarewell(text) } : {};
    this.#options.recorder?.note("turn", { id: turn.id, source, ...typed });
    return turn;
  }

  speculate(turn: Turn, utterance: Utterance, options: { readonly answer: boolean }): void {
    this.#onBehalf(turn, () => this.#speculation.begin(turn, utterance, options));
  }

  forgetSpeculation(): void {
    this.#speculation.cancel();
  }

  async recognize(turn: Turn, utterance: Utterance, signal: AbortSignal): Promise<void> {
    const { settings, recorder } = this.#options;
    const { durationMs, speechMs, end } = utterance;
    recorder?.note("utterance", { durationMs, speechMs, end, silenceMs: this.#mic?.silenceMs });
    if (settings.historyAudio !== "none") turn.audio.user = writeOggOpus({ packets: utterance.packets, inputSampleRate: 16000 });
    turn.recognized(await this.#onBehalf(turn, () => this.#speculation.recognize(turn, utterance, signal)));
    const text = turn.userText;
    recorder?.note("transcript", { turnId: turn.id, text, farewell: this.#isFarewell(text), final: looksFinal(text) });
  }

  isFarewell(turn: Turn): boolean {
    return this.#isFarewell(turn.userText);
  }

  startReply(turn: Turn, job: ReplyJob, tell: (event: ReplyEvent) => void): Disposable {
    turn.settled();
    if (turn.source === "speech") this.#options.recorder?.note("delays", { turn: turn.id, ...turn.delays });
    this.#interruptedAt = undefined;
    const reply = this.#onBehalf(turn, () => this.#speaker.start(turn, job, tell));
    return {
      [Symbol.dispose]: () => {
        this.#silenced();
        reply[Symbol.dispose]();
      },
    };
  }

  holdReply(): void {
    this.#options.recorder?.note("reply_held");
    this.#speaker.hold();
  }

  resumeReply(): void {
    this.#options.recorder?.note("reply_resumed");
    this.#options.deps.metrics?.falseInterruption();
    this.#interruptedAt = undefined;
    this.#speaker.resume();
  }

  finishSentence(): void {
    this.#options.recorder?.note("draining");
    this.#speaker.finishSentence();
  }

  quiet(): void {
    this.send({ type: "tts", state: "stop" });
  }

  isStuck(): boolean {
    return this.#speaker.isStuck();
  }

  async persist(turn: Turn): Promise<void> {
    this.#conversation.add(turn);
    try {
      await this.#onBehalf(turn, () => this.#keeper.keep(turn, this.#speaker.packets));
    } finally {
      if (this.#turn === turn) this.#turn = undefined;
    }
  }

  closeLink(code: number, reason: string): void {
    this.#options.link.close(code, reason);
  }

  idleInMs(): number {
    const now = this.#options.deps.clock.now();
    const idleAt = Math.min(this.#idleSince + this.#options.settings.idleTimeoutMs, this.#sentAt + DEVICE_PATIENCE_MS);
    const inMs = Math.max(0, idleAt - now);
    this.#options.recorder?.note("idle", { inMs });
    return inMs;
  }

  touch(): void {
    this.#idleSince = this.#options.deps.clock.now();
  }

  note(kind: string, data?: Readonly<Record<string, unknown>>): void {
    this.#options.recorder?.note(kind, data);
  }

  report(what: string, error: unknown): void {
    this.#options.deps.logger.error("Device {deviceId}: {what}: {error}", {
      deviceId: this.#options.deviceId,
      what,
      error: messageOf(error),
    });
    this.#options.recorder?.note("error", { what, error: messageOf(error) });
  }

  /** Sends a message to the device. */
  send(message: KnownServerMessage): void {
    this.#sentAt = this.#options.deps.clock.now();
    if (message.type === "tts" && message.state === "stop") this.#stoppedAt = this.#sentAt;
    // In this mode a device switches its microphone off when it hears of a reply; what still comes was in flight, or is echo.
    if (message.type === "tts" && message.state === "start" && this.#mode === "auto") this.#mic?.close();
    this.#options.recorder?.note("sent", { type: message.type, ...("state" in message ? { state: message.state } : {}) });
    this.#options.link.sendText(encodeMessage({ ...message, sessionId: this.#options.sessionId }));
  }

  /** The connection is over; `byShutdown` when the server is stopping. */
  ended(byShutdown: boolean): void {
    if (!byShutdown) this.#memory?.ended();
  }

  [Symbol.dispose](): void {
    this.#speaker.end();
    this.#speculation[Symbol.dispose]();
    this.#mic?.[Symbol.dispose]();
    this.#mcp?.close();
  }

  /** What is said in an utterance; empty where the server says that there is no speech in it. */
  async #hear(utterance: Utterance, options: StageOptions): Promise<string> {
    const { settings } = this.#options;
    if (settings.detectSpeech && !await this.#server.detectSpeech(utterance, options)) return "";
    const { text } = await this.#server.recognize(utterance, { ...options, language: this.#speaker.language });
    return text.trim();
  }

  /** Does the work of a turn: whatever it logs, and whoever does it, says whose it is. */
  #onBehalf<T>(turn: Turn, work: () => T): T {
    const { deviceId, sessionId } = this.#options;
    return withLogIds({ deviceId, sessionId, turnId: turn.id }, work);
  }

  #isFarewell(text: string): boolean {
    return isOneOf(text, this.#options.settings.exitWords);
  }

  #vadFailed(error: unknown): void {
    this.report("voice detection", error);
    this.#options.tell({ type: "VAD_FAILED" });
  }

  #silenced(): void {
    const { deps: { clock, metrics } } = this.#options;
    if (this.#speaker.sounding && this.#interruptedAt !== undefined) metrics?.bargedIn(clock.now() - this.#interruptedAt);
    this.#interruptedAt = undefined;
  }

  #undecodable(consecutive: number): void {
    this.#options.deps.metrics?.frameDropped("undecodable");
    if (consecutive !== UNDECODABLE_REPORTED) return;
    this.report("decoding audio", new AppError(`${consecutive} packets in a row are no Opus`, { code: "opus_undecodable" }));
  }
}

/** Packets in a row that cannot be decoded before it is worth a line in the log: one second of audio. */
const UNDECODABLE_REPORTED = 16;
