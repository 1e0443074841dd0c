/**
 * The device in a conversation: what server messages and buttons do to its state, microphone and loudspeaker, as the firmware's
 * Application does it (78/xiaozhi-esp32 main/application.cc).
 *
 * @module
 */

import type { TimerId } from "../../base/clock.ts";
import type { KnownServerMessage, ListenMode, TtsMessage } from "../../protocol/mod.ts";
import { ABORT_ANSWER_MS, AbortWatch } from "./abort_watch.ts";
import { Channel } from "./channel.ts";
import { abortText, listenStartText, mcpText } from "./device_messages.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import type { DownlinkPacket } from "./downlink_check.ts";
import { type DropCounts, noDrops } from "./drops.ts";
import { MainLoop } from "./main_loop.ts";
import { McpServer } from "./mcp_server.ts";
import { Microphone } from "./microphone.ts";
import { Playback } from "./playback.ts";
import { StateMachine } from "./state_machine.ts";
import { ToolRunner } from "./tool_runner.ts";
import { TranscriptLog } from "./transcript_log.ts";
import { TurnLog } from "./turn_log.ts";
import { UplinkQueue } from "./uplink_queue.ts";
import { ViolationLog } from "./violations.ts";

/**
 * Time between a change of state and its entry actions, milliseconds (estimate): they run in the main loop's next turn. Packets that arrive
 * in between are lost to the flush, and quick pairs of changes coalesce.
 */
export const STATE_ENTRY_MS = 10;

/** The device's behaviour between its buttons and its connection. */
export class Conversation {
  readonly transcript: TranscriptLog;
  readonly violations: ViolationLog;
  readonly machine: StateMachine;
  readonly loop: MainLoop;
  readonly channel: Channel;
  readonly playback: Playback;
  readonly microphone: Microphone;
  readonly turns: TurnLog;
  readonly drops: DropCounts = noDrops();
  /** How the present or last listening was started. */
  mode: ListenMode;
  readonly #options: ConversationOptions;
  readonly #mcp: McpServer;
  readonly #tools: ToolRunner;
  readonly #uplink: UplinkQueue;
  readonly #abortWatch: AbortWatch;
  /** Between the server's `tts start` and its `tts stop`, as they arrive. */
  #serverSpeaking = false;
  /** The person interrupted since the last `tts start`: what is cut is cut on purpose. */
  #aborted = false;
  /** What the next flush cuts is the server's fault. */
  #serverCuts = false;
  #listenAfterDrain = false;
  #entryTimer: TimerId | undefined;

  constructor(options: ConversationOptions) {
    const { clock, profile } = options;
    this.#options = options;
    this.mode = options.mode;
    this.transcript = new TranscriptLog(clock, (entry) => {
      options.log(entry);
      options.onActivity();
    });
    this.violations = new ViolationLog(clock, ({ message }, severity) => this.transcript.note(severity, message));
    this.machine = new StateMachine((to, from) => this.#changed(to, from), (to, from) => {
      this.transcript.note("info", `refused to go from ${from} to ${to}`);
    });
    this.loop = new MainLoop(() => this.#sendRecorded());
    this.turns = new TurnLog(clock);
    this.#abortWatch = new AbortWatch(clock, () => {
      if (this.machine.state !== "speaking") return;
      this.violations.add("abort_unanswered", `No tts stop within ${ABORT_ANSWER_MS} ms of abort; the device is stuck in speaking`);
    });
    this.playback = new Playback({
      ...options,
      violations: this.violations,
      transcript: this.transcript,
      turns: this.turns,
      drops: this.drops,
      onPlayed: options.onActivity,
      onDrained: () => this.#drained(),
    });
    this.microphone = new Microphone(clock, {
      onFrame: (packet) => this.#recorded(packet),
      onSpeechEnd: (said, heard) => this.#spoke(said, heard),
    });
    this.#uplink = new UplinkQueue(profile.uplinkOverflow);
    this.#mcp = new McpServer({ board: "virtual", version: profile.version, tools: options.tools, violations: this.violations });
    this.#tools = new ToolRunner({
      clock,
      loop: this.loop,
      mcp: this.#mcp,
      transcript: this.transcript,
      reply: (payload) => this.channel.sendText(mcpText(this.channel.sessionId, payload)),
    });
    this.channel = new Channel({
      ...options,
      violations: this.violations,
      transcript: this.transcript,
      events: {
        onMessage: (message) => this.#message(message),
        onPacket: (packet) => this.#packet(packet),
        onFormat: (_sampleRate, frameMs) => this.playback.speaker.frameMs = frameMs,
        onLost: () => this.#lost(),
        onCrash: () => this.#crashed(),
      },
    });
  }

  /** A new connection: nothing the old server said holds any more. */
  connected(): void {
    this.#serverSpeaking = false;
    this.#aborted = true;
    this.#mcp.connected();
  }

  /** Says that the person interrupts; the device stays in speaking until `tts stop` unless the caller changes its state. */
  abort(reason?: "wake_word_detected"): void {
    this.channel.sendText(abortText(this.channel.sessionId, reason));
    this.#aborted = true;
    this.turns.aborted();
    this.#abortWatch.start();
  }

  /** Goes to listening because the person wants to. `restart` switches a running microphone off first, so that `listen start` is sent. */
  listen(mode: ListenMode, restart: boolean = false): void {
    this.mode = mode;
    this.#serverCuts = false;
    if (restart) this.microphone.stop();
    if (this.machine.to("listening") === "same" && restart) this.#scheduleEntry();
  }

  /** Power off: the connection drops, nothing sounds, no timer is left. */
  powerOff(): void {
    this.channel.destroy();
    this.loop.clear();
    this.#tools.cancel();
    this.machine.reboot();
    this.microphone.reset();
    this.playback.speaker.flush();
    this.#listenAfterDrain = false;
    this.#abortWatch.stop();
    if (this.#entryTimer !== undefined) this.#options.clock.clearTimeout(this.#entryTimer);
    this.#entryTimer = undefined;
  }

  #message(message: KnownServerMessage): void {
    switch (message.type) {
      case "tts":
        return this.#tts(message);
      case "stt":
        return this.turns.stt(message.text);
      case "mcp":
        if (this.#options.profile.mcp) return this.#tools.handle(message.payload);
        return this.violations.add("mcp_unsupported", `MCP to firmware ${this.#options.profile.version}, which announced none`);
      case "system":
        if (message.command === "reboot") this.loop.run(() => this.powerOff());
        return;
      case "goodbye":
      case "pong":
        return this.violations.add("unknown_message", `Message of type ${message.type} is ignored on a WebSocket`);
      default:
        return;
    }
  }

  #tts(message: TtsMessage): void {
    switch (message.state) {
      case "start":
        return this.#ttsStart();
      case "stop":
        this.#serverSpeaking = false;
        this.#abortWatch.stop();
        this.turns.ttsStop();
        return this.loop.run(() => this.#ttsStop());
      case "sentence_start":
        return this.turns.sentence(message.text);
      case "sentence_end":
        return;
    }
  }

  #ttsStart(): void {
    if (this.#serverSpeaking && this.machine.state === "speaking") {
      this.violations.add("tts_start_repeated", "A second tts start without a tts stop before it");
    }
    this.#serverSpeaking = true;
    this.turns.ttsStart();
    if (this.machine.state === "connecting") {
      if (!this.channel.announced) {
        this.violations.add("tts_start_refused", "tts start before listen start or detect, while the device connects");
      }
      this.machine.to("speaking");
      return;
    }
    this.loop.run(() => {
      const cuts = !this.#aborted;
      if (this.machine.to("speaking") !== "entered") return;
      this.#serverCuts = cuts;
      this.#aborted = false;
    });
  }

  #ttsStop(): void {
    if (this.machine.state !== "speaking") return;
    this.#serverCuts = !this.#aborted;
    this.machine.to(this.mode === "manual" ? "idle" : "listening");
  }

  #packet(packet: DownlinkPacket): void {
    if (!this.#serverSpeaking) this.violations.add("audio_outside_speaking", "Audio packet without a tts start, or after tts stop");
    else this.turns.frame();
    this.playback.packet(packet, this.machine.state === "speaking", this.#entryTimer !== undefined);
  }

  #lost(): void {
    this.#abortWatch.stop();
    this.loop.run(() => {
      // Lost while connecting: the hello wait, which nothing wakes, decides.
      if (this.machine.state !== "connecting") this.machine.to("idle");
    });
  }

  #crashed(): void {
    this.powerOff();
    this.machine.crash();
  }

  #changed(to: string, from: string): void {
    this.transcript.note("state", `${from} -> ${to}`);
    if (to !== "fatal_error") this.#scheduleEntry();
  }

  #scheduleEntry(): void {
    this.#entryTimer ??= this.#options.clock.setTimeout(() => {
      this.#entryTimer = undefined;
      this.loop.run(() => this.#enter());
    }, STATE_ENTRY_MS);
  }

  #enter(): void {
    this.#listenAfterDrain = false;
    if (this.machine.state === "speaking") {
      if (this.mode !== "realtime") this.microphone.stop();
      this.playback.flush(this.#serverCuts ? "the next tts start" : undefined);
      this.playback.speaker.beginReply();
    } else if (this.machine.state === "listening") {
      if (this.microphone.on) return;
      if (this.mode === "auto" && this.#options.profile.drainsBeforeListening && !this.playback.speaker.silent) {
        this.#listenAfterDrain = true;
      } else this.#startListening();
    } else {
      this.microphone.stop();
    }
  }

  #startListening(): void {
    this.playback.flush(this.#serverCuts ? "tts stop" : undefined);
    this.channel.sendText(listenStartText(this.channel.sessionId, this.mode), true);
    this.microphone.start();
    this.#options.onActivity();
  }

  #drained(): void {
    if (this.#listenAfterDrain) {
      this.#listenAfterDrain = false;
      this.loop.run(() => {
        if (this.machine.state === "listening" && !this.microphone.on) this.#startListening();
      });
    }
    this.#options.onActivity();
  }

  #recorded(packet: Uint8Array<ArrayBuffer>): void {
    this.#uplink.push({ packet, timestamp: this.#options.aec ? this.playback.speaker.takeTimestamp() : 0 });
    this.drops.uplink = this.#uplink.dropped;
    if (!this.loop.held) this.#sendRecorded();
  }

  #sendRecorded(): void {
    for (const { packet, timestamp } of this.#uplink.takeAll()) this.channel.sendAudio(packet, timestamp);
  }

  #spoke(said: number, heard: number): void {
    this.drops.unheard += said - heard;
    if (heard > 0) this.turns.speechEnded();
  }
}
