/**
 * Audio of the stock server, which is WAV whatever its documentation says, as Ogg Opus.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { readOggOpus, writeOggOpus } from "../../../audio/ogg/mod.ts";
import type { FrameEncoder } from "../../../audio/opus/frame_encoder.ts";
import { decodeWav } from "../../../audio/wav.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import type { AudioSide } from "../../history/audio_files.ts";
import type { StockTurn, TurnAudio } from "./pairing.ts";
import type { StockRow, StockTables } from "./rows.ts";

/** Largest audio of a row that is read, bytes: seventeen minutes of 16 kHz, 16 bit; no turn is that long. */
const MAX_WAV_BYTES = 32 * 1024 * 1024;

/** Rate that WAV is encoded at, Hz, and length of its packets, milliseconds: what devices record. */
export const SAMPLE_RATE = 16_000;
const FRAME_MS = 60;

/** Encoding an import may wait for every device that speaks: milliseconds until its first packet is wanted. */
const SLACK_MS = 60_000;

/** What an Ogg file begins with: `OggS`. */
const OGG: readonly number[] = [0x4f, 0x67, 0x67, 0x53];

/** Where audio is kept. */
export interface AudioKeeper {
  /** The path of audio that is there already, known by `key`. */
  find(deviceId: string, key: string, side: AudioSide): Promise<string | undefined>;
  /** Keeps an Ogg Opus file, and returns its path as in `StoredTurn.audioFiles`. */
  write(deviceId: string, key: string, side: AudioSide, ogg: Uint8Array): Promise<string>;
}

/** What {@link StockAudio} needs. */
export interface StockAudioOptions {
  readonly tables: Pick<StockTables, "audio">;
  readonly keeper: AudioKeeper;
  readonly encoder: Pick<FrameEncoder, "encode">;
  /** Whose audio is kept. */
  readonly sides: "user" | "both";
  readonly logger: Logger;
}

/** Takes the audio of turns over. */
export class StockAudio {
  readonly #options: StockAudioOptions;

  constructor(options: StockAudioOptions) {
    this.#options = options;
  }

  /**
   * Keeps the audio of a turn; what was kept before is found by the rows that it is of. Audio that is gone or broken is left out, with a
   * line in the log: its text is worth keeping alone.
   *
   * @throws What the tables, the keeper and a crashed encoder throw: then the turn is tried again.
   */
  async keep({ key, user, agents }: StockTurn, turnId: string, signal: AbortSignal): Promise<TurnAudio> {
    const mine = user === undefined ? undefined : await this.#side(key.deviceId, turnId, "user", [user], signal);
    const reply = this.#options.sides === "both" ? await this.#side(key.deviceId, turnId, "reply", agents, signal) : undefined;
    return { ...(mine === undefined ? {} : { user: mine }), ...(reply === undefined ? {} : { reply }) };
  }

  async #side(
    deviceId: string,
    turnId: string,
    side: AudioSide,
    rows: readonly StockRow[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const audioIds = rows.flatMap(({ audioId }) => audioId === undefined ? [] : [audioId]);
    if (audioIds.length === 0) return undefined;
    const { keeper } = this.#options;
    // An answer that grows by a row is another file.
    const key = `${turnId}:${audioIds.join()}`;
    const there = await keeper.find(deviceId, key, side);
    if (there !== undefined) return there;
    const packets: Uint8Array[] = [];
    for (const audioId of audioIds) packets.push(...await this.#packets(audioId, signal));
    if (packets.length === 0) return undefined;
    return await keeper.write(deviceId, key, side, writeOggOpus({ packets, inputSampleRate: SAMPLE_RATE }));
  }

  async #packets(audioId: string, signal: AbortSignal): Promise<Uint8Array[]> {
    const { tables, logger } = this.#options;
    const bytes = await tables.audio(audioId, MAX_WAV_BYTES);
    if (bytes === undefined || bytes.length === 0) {
      logger.warn("Audio {audioId} of the stock server is gone, or larger than {max} bytes; its text is kept", {
        audioId,
        max: MAX_WAV_BYTES,
      });
      return [];
    }
    try {
      return await opusPackets(bytes, this.#options.encoder, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || error.retryable) throw error;
      logger.warn("Audio {audioId} of the stock server is left out: {error}", { audioId, error: messageOf(error) });
      return [];
    }
  }
}

/**
 * Opus packets of a WAV file, encoded in a worker, or of an Ogg Opus file, as they are in it.
 *
 * @throws `AudioError` for what is neither, or when the encoder fails.
 */
export async function opusPackets(bytes: Uint8Array, encoder: Pick<FrameEncoder, "encode">, signal: AbortSignal): Promise<Uint8Array[]> {
  if (OGG.every((byte, at) => bytes[at] === byte)) return await Array.fromAsync((await readOggOpus(bytes)).packets);
  const { sampleRate, samples } = decodeWav(bytes);
  if (samples.length === 0) return [];
  const audio = { kind: "pcm", sampleRate, chunks: ReadableStream.from([samples]) } as const;
  return await Array.fromAsync(encoder.encode(audio, { sampleRate: SAMPLE_RATE, frameMs: FRAME_MS }, { signal, slackMs: SLACK_MS }));
}
