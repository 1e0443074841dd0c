/**
 * Audio of a turn around its commit: written before it, removed where the turn turns out to be erased.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { messageOf } from "../../base/errors.ts";
import type { AudioBudget } from "./audio_budget.ts";
import { audioPath, type AudioSide, removeAudio, writeAudio } from "./audio_files.ts";
import type { StoredTurn, TurnRecord } from "./store.ts";

/** What {@link KeptAudio} needs. */
export interface KeptAudioOptions {
  readonly dataDir: string;
  /** Hears of audio that could not be kept, or not be removed. */
  readonly logger?: Logger | undefined;
  /** Says whether there is room for more; without it there always is. */
  readonly audioBudget?: Pick<AudioBudget, "admits" | "added"> | undefined;
}

/** The audio files of one store. */
export class KeptAudio {
  readonly #options: KeptAudioOptions;
  #serial = 0;

  constructor(options: KeptAudioOptions) {
    this.#options = options;
  }

  /** Writes the audio of a turn; a turn whose audio cannot be kept is still a turn. */
  async keep(turn: TurnRecord): Promise<StoredTurn["audioFiles"]> {
    const user = turn.audio?.user === undefined ? undefined : await this.#write(turn, "user", turn.audio.user);
    const reply = turn.audio?.reply === undefined ? undefined : await this.#write(turn, "reply", turn.audio.reply);
    return { ...(user === undefined ? {} : { user }), ...(reply === undefined ? {} : { reply }) };
  }

  /** Removes audio of a turn that was erased while it was under way; what cannot be removed now is swept at the next start. */
  async drop(files: StoredTurn["audioFiles"]): Promise<void> {
    for (const path of Object.values(files)) {
      await removeAudio(this.#options.dataDir, path).catch((error) => {
        this.#options.logger?.warn("Audio of an erased turn is still there: {reason}", { reason: messageOf(error) });
      });
    }
  }

  async #write(turn: TurnRecord, side: AudioSide, bytes: Uint8Array): Promise<string | undefined> {
    const { dataDir, logger, audioBudget } = this.#options;
    if (audioBudget?.admits(bytes.byteLength) === false) return undefined;
    try {
      const path = await writeAudio(dataDir, audioPath(turn.deviceId, turn.turnId, side), bytes, this.#serial++);
      audioBudget?.added(bytes.byteLength);
      return path;
    } catch (error) {
      logger?.error("Audio of turn {turnId} was not kept: {reason}", { turnId: turn.turnId, side, reason: messageOf(error) });
      return undefined;
    }
  }
}
