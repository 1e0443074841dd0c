/**
 * What the log says of a turn.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { TurnRecord } from "../../services/history/store.ts";
import { timeline } from "../../services/timeline/timeline.ts";

/** One line a turn, without what was said. */
export function logTurn(logger: Logger, turn: TurnRecord): void {
  const { deviceId, turnId, outcome, error, heardMs } = turn;
  if (error !== undefined) {
    return logger.warn("Device {deviceId}: turn {outcome}: {error}", { deviceId, outcome, error: error.message, code: error.code, turnId });
  }
  const { responseMs } = timeline(turn);
  const answer = responseMs === undefined ? {} : { answerMs: responseMs };
  logger.info("Device {deviceId}: turn {outcome}", { deviceId, outcome, ...answer, heardMs, turnId });
}
