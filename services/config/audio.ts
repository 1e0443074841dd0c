/**
 * Section `audio`: what devices are sent, and how the end of speech is found.
 *
 * @module
 */

import { z } from "zod";

/** Rates of an Opus coder (RFC 6716, section 2). */
const OPUS_RATES = [8000, 12_000, 16_000, 24_000, 48_000] as const;
/** Packet durations that stock firmware plays and that hold whole Opus frames. */
const FRAME_MS = [20, 40, 60] as const;
/** Below 6,000 Opus is unintelligible, above 128,000 mono speech gains nothing (RFC 6716, section 2.1.1). */
const BITRATE = { min: 6000, max: 128_000 } as const;
/** More than this many encoders at once starve the rest of any machine that this runs on. */
const MAX_ENCODE_WORKERS = 16;

/** One Opus packet at its longest (RFC 6716, section 3.2): nothing shorter can be told from the pause between two packets. */
const MIN_SILENCE_MS = 120;

/** A longer one, decoded in one go where push-to-talk kept its packets, would hold the event loop longer than the lead of other devices. */
const MAX_UTTERANCE_MS = 60_000;

const silence = z.int().min(MIN_SILENCE_MS).max(5000);
const probability = z.number().min(0.01).max(0.99);

/** Schema of the section. */
export const audioSection = z.strictObject({
  sampleRate: z.literal(OPUS_RATES).default(24_000).meta({ description: "Samples per second of the audio sent to devices" }),
  frameMs: z.literal(FRAME_MS).default(60).meta({ description: "Milliseconds of audio in one packet to a device" }),
  bitrate: z.int().min(BITRATE.min).max(BITRATE.max).default(24_000).meta({ description: "Bits per second of the audio sent to devices" }),
  complexity: z.int().min(0).max(10).default(5).meta({
    description: "Opus effort: 0 lets twice as many devices speak at once, 10 sounds best",
  }),
  encodeWorkers: z.int().min(1).max(MAX_ENCODE_WORKERS).default(1).meta({
    description: "Threads that encode speech; one carries about 40 speaking devices",
  }),
  vad: z.strictObject({
    engine: z.enum(["auto", "silero", "webrtc"]).default("auto").meta({
      description: "Voice activity detection; auto takes silero where its native library loads, else webrtc",
    }),
    startThreshold: probability.default(0.5).meta({
      description: "Speech probability at which speech begins; 0.3 suits quiet microphones",
    }),
    stopThreshold: probability.default(0.35).meta({ description: "Speech probability below which silence is counted" }),
    minSpeechMs: z.int().min(32).max(2000).default(96).meta({ description: "Milliseconds of speech before it counts as speech" }),
    silenceMs: silence.default(500).meta({
      description: "Milliseconds of silence that end an utterance; with audio.vad.adaptive those that a new connection begins with",
    }),
    minSilenceMs: silence.default(300).meta({
      description: "Least silence that ends an utterance where it adapts; after as much, work on the answer may begin speculatively",
    }),
    maxSilenceMs: silence.default(1200).meta({
      description: "Silence that ends an utterance however long the person's own pauses are",
    }),
    adaptive: z.boolean().default(true).meta({
      description: "Let the silence that ends an utterance follow the person's own pauses; off always waits audio.vad.silenceMs",
    }),
    maxUtteranceMs: z.int().min(1000).max(MAX_UTTERANCE_MS).default(30_000).meta({
      description: "Longest utterance in milliseconds; it then ends as it is",
    }),
    preRollMs: z.int().min(0).max(2000).default(600).meta({ description: "Milliseconds kept from before speech was noticed" }),
  }),
});
