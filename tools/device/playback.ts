/**
 * What becomes of the packets that the server sends: played, dropped or cut, each counted.
 *
 * @module
 */

import type { OpusDecoder } from "../../audio/opus/codec.ts";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { DownlinkPacket } from "./downlink_check.ts";
import type { DropCounts } from "./drops.ts";
import type { FirmwareProfile } from "./profile.ts";
import { type PlayedPacket, Speaker } from "./speaker.ts";
import type { TranscriptLog } from "./transcript_log.ts";
import type { TurnLog } from "./turn_log.ts";
import type { ViolationLog } from "./violations.ts";

/** A packet that sounded, with its samples where the device has a decoder. */
export interface HeardPacket extends PlayedPacket {
  /** Samples at the decoder's rate; absent without a decoder, or where decoding failed. */
  readonly samples?: Int16Array<ArrayBuffer>;
}

/** What playback is made of. */
export interface PlaybackOptions {
  readonly clock: Clock;
  readonly profile: FirmwareProfile;
  readonly decoder: OpusDecoder | undefined;
  readonly violations: ViolationLog;
  readonly transcript: TranscriptLog;
  readonly turns: TurnLog;
  readonly drops: DropCounts;
  /** A packet began to sound. */
  readonly onPlayed: () => void;
  /** Nothing is left to play. */
  readonly onDrained: () => void;
}

/** The loudspeaker's side of a device. */
export class Playback {
  /** Packets that sounded, in order. */
  readonly played: HeardPacket[] = [];
  /** The queue and its real-time drain. */
  readonly speaker: Speaker;
  readonly #options: PlaybackOptions;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    this.speaker = new Speaker(options.clock, options.profile.decodeQueuePackets, {
      onPlayed: (played) => this.#played(played),
      onDrained: options.onDrained,
    });
  }

  /**
   * Takes a packet that arrived while the device was `speaking` or not. `resetting` means that the decoder is about to be reset, so that
   * the packet is lost.
   */
  packet({ packet, timestamp }: DownlinkPacket, speaking: boolean, resetting: boolean): void {
    const { profile, drops, violations } = this.#options;
    if (!speaking && profile.dropsAudioUnlessSpeaking) {
      drops.notSpeaking++;
    } else if (speaking && resetting) {
      drops.flushed++;
      violations.add("audio_too_early", "Audio packet right behind tts start is lost, because the device has not reset its decoder yet");
    } else if (!this.speaker.push(packet, timestamp)) {
      drops.overflow++;
      violations.add("queue_overflow", `Audio packet beyond the ${profile.decodeQueuePackets} that the decode queue holds`);
    }
  }

  /** Resets the decoder. What is lost is the server's fault when `blame` names what it did too early. */
  flush(blame: string | undefined): void {
    const lost = this.speaker.flush();
    if (lost === 0) return;
    this.#options.drops.flushed += lost;
    this.#options.transcript.note("info", `decoder reset: ${lost} packets lost`);
    if (blame !== undefined) this.#options.violations.add("speech_truncated", `${lost} packets had not played out before ${blame}`);
  }

  #played(played: PlayedPacket): void {
    this.#options.turns.played(played.gapMs);
    this.played.push({ ...played, ...this.#decode(played.packet) });
    this.#options.onPlayed();
  }

  #decode(packet: Uint8Array<ArrayBuffer>): { samples?: Int16Array<ArrayBuffer> } {
    if (this.#options.decoder === undefined) return {};
    try {
      return { samples: this.#options.decoder.decode(packet) };
    } catch (error) {
      this.#options.violations.add("packet_undecodable", messageOf(error));
      return {};
    }
  }
}
