/**
 * A report as a stock xiaozhi-server sends it (interop reference 2.4).
 *
 * @module
 */

import { z } from "zod";
import { corrected } from "../stock/local_time.ts";
import { rowKey } from "../stock/rows.ts";

/** Longest content in characters: the stock column ends at 64 kB. */
const MAX_CONTENT = 65_536;

/** Longest ids in characters: the own tables on MySQL keep 191. */
const MAX_ID = 191;

/** The last time that a date has. */
const MAX_TIME = 8.64e15;

const reportTime = z.coerce.number().positive().max(MAX_TIME);

/** Schema of the body. What a stock server may add later is ignored. */
export const reportBody = z.object({
  macAddress: z.string().trim().min(1).max(MAX_ID),
  sessionId: z.string().trim().max(MAX_ID).nullish(),
  chatType: z.coerce.number().pipe(z.union([z.literal(1), z.literal(2), z.literal(3)])),
  content: z.string().max(MAX_CONTENT).nullish(),
  reportTime: reportTime.nullish(),
  audioBase64: z.string().nullish(),
});

/** A report, put in order. */
export interface PushReport {
  /** What it is known by: see {@link reportOf}. */
  readonly hash: string;
  readonly deviceId: string;
  readonly sessionId: string;
  /** 1 user, 2 agent, 3 tool. */
  readonly chatType: 1 | 2 | 3;
  readonly content: string;
  /** Unix milliseconds. */
  readonly time: number;
}

/**
 * The report of a body. Reports carry no key of their own, and a stock server sends one again when it got no answer; so a report is known as a
 * row is: see {@link rowKey}. The audio does not count, because it is the same then. One without a time, which no stock server sends, is another one each time: it is better there twice than not at all.
 *
 * @param now Unix milliseconds.
 * @param nonce Makes a report without a time different from all others.
 */
export function reportOf(body: z.output<typeof reportBody>, now: number, nonce: string): PushReport {
  const deviceId = body.macAddress.toLowerCase();
  const sessionId = body.sessionId ?? "";
  const content = body.content ?? "";
  const { chatType, reportTime } = body;
  const time = reportTime === null || reportTime === undefined ? undefined : Math.floor(corrected(reportTime));
  return {
    hash: rowKey(deviceId, sessionId, chatType, time ?? nonce, content),
    deviceId,
    sessionId,
    chatType,
    content,
    time: time ?? Math.floor(now),
  };
}
