/**
 * Takes reports in: durable before it answers, each once.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Logger } from "@logtape/logtape";
import type { z } from "zod";
import { writeOggOpus } from "../../../audio/ogg/mod.ts";
import type { FrameEncoder } from "../../../audio/opus/frame_encoder.ts";
import type { Clock } from "../../../base/clock.ts";
import { AppError, messageOf } from "../../../base/errors.ts";
import type { Random } from "../../../base/random.ts";
import { opusPackets, SAMPLE_RATE } from "../stock/audio.ts";
import { type PushReport, reportBody, reportOf } from "./report.ts";
import type { PushReports } from "./reports.ts";

/** What an intake needs. */
export interface PushIntakeOptions {
  readonly reports: Pick<PushReports, "add" | "has">;
  /** Encodes audio; without it audio is not taken. */
  readonly audio?: { readonly encoder: Pick<FrameEncoder, "encode">; readonly sides: "user" | "both" };
  readonly clock: Clock;
  readonly random: Pick<Random, "uuid">;
  readonly logger: Logger;
  /** Called when a report has become durable that was not there. */
  readonly onNew: () => void;
}

/** Takes reports in. */
export class PushIntake {
  readonly #options: PushIntakeOptions;

  constructor(options: PushIntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes a report in; durable when it resolves.
   *
   * @returns Whether it is new.
   * @throws {HistoryError} When it cannot be kept; then the sender is to send it again.
   */
  async take(body: z.output<typeof reportBody>, signal: AbortSignal): Promise<boolean> {
    const { reports, clock, random, onNew } = this.#options;
    const report = reportOf(body, clock.wall(), random.uuid());
    if (reports.has(report.hash)) return false;
    const isNew = reports.add(report, await this.#audio(report, body.audioBase64 ?? "", signal));
    if (isNew) onNew();
    return isNew;
  }

  /** Its audio as Ogg Opus. Audio that is none costs the report nothing else. */
  async #audio(report: PushReport, base64: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { audio, logger } = this.#options;
    if (audio === undefined || base64 === "" || report.chatType === 3 || (audio.sides === "user" && report.chatType !== 1)) {
      return undefined;
    }
    try {
      const packets = await opusPackets(new Uint8Array(Buffer.from(base64, "base64")), audio.encoder, signal);
      return packets.length === 0 ? undefined : writeOggOpus({ packets, inputSampleRate: SAMPLE_RATE });
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || error.retryable) throw error;
      logger.warn("Audio of a report of device {deviceId} is left out: {error}", { deviceId: report.deviceId, error: messageOf(error) });
      return undefined;
    }
  }
}
