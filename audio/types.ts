/**
 * The shapes in which audio crosses module borders.
 *
 * @module
 */

/** A stretch of mono PCM, signed 16 bit. */
export interface Pcm {
  /** Samples per second. */
  readonly sampleRate: number;
  /** The samples, mono. */
  readonly samples: Int16Array<ArrayBuffer>;
}

/** Why an utterance ended. */
export type UtteranceEnd =
  /** The person fell silent for long enough. */
  | "silence"
  /** The device said `listen stop` (push-to-talk). */
  | "stop"
  /** It reached the longest length allowed. */
  | "limit";

/** One stretch of speech from the device, pre-roll included. */
export interface Utterance {
  /** Always 16,000: devices record at that rate. */
  readonly sampleRate: 16000;
  /** Length in milliseconds, pre-roll and trailing silence included. */
  readonly durationMs: number;
  /** Length of what the VAD called speech, in milliseconds; 0 where no VAD ran. */
  readonly speechMs: number;
  /** Silence at the end that made the endpoint, in milliseconds (0 unless `end` is `silence`). */
  readonly trailingSilenceMs: number;
  /** Why it ended. */
  readonly end: UtteranceEnd;
  /** The Opus packets as the device sent them, in order. */
  readonly packets: readonly Uint8Array<ArrayBuffer>[];
  /** The whole utterance as PCM; decoded on first use and kept. */
  pcm(): Int16Array<ArrayBuffer>;
}

/** Speech from a synthesiser: PCM at any rate, or Opus packets ready for the device. */
export type SpeechAudio =
  | {
    readonly kind: "pcm";
    readonly sampleRate: number;
    /** Pieces of any length, mono. */
    readonly chunks: AsyncIterable<Int16Array<ArrayBuffer>>;
  }
  | {
    readonly kind: "opus";
    /** Packets as they came out of an Ogg Opus stream; any duration. */
    readonly packets: AsyncIterable<Uint8Array<ArrayBuffer>>;
  };

/** The audio format of the downlink, announced in the server's hello. */
export interface DownlinkFormat {
  /** Samples per second: 8000, 12000, 16000, 24000 or 48000. */
  readonly sampleRate: number;
  /** Packet duration in milliseconds: 20, 40 or 60. */
  readonly frameMs: number;
}
