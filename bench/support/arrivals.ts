/**
 * What the arrival times of a reply's frames mean to the person: gaps, and a loudspeaker that runs dry.
 *
 * @module
 */

/** One frame, milliseconds. */
const FRAME_MS = 60;

/** A gap longer than this is late: a frame's duration and 5 ms, as in the published figure that this is compared with. */
export const LATE_GAP_MS = 65;

/** How the frames of a reply arrived. */
export interface Arrived {
  /** Gaps between neighbours, milliseconds; those of the frames that are sent ahead at the start are left out. */
  readonly gaps: readonly number[];
  /** How often the loudspeaker had nothing to play. */
  readonly underruns: number;
  /** For how long, milliseconds together. */
  readonly silentMs: number;
}

/**
 * Judges arrival times. The device plays a frame as soon as it has it and its loudspeaker is free; jitter that its queue hides is no
 * underrun.
 *
 * @param leadFrames Frames that are sent ahead: they come at once, so their gaps say nothing.
 */
export function judge(times: readonly number[], leadFrames: number): Arrived {
  const gaps: number[] = [];
  let underruns = 0;
  let silentMs = 0;
  let playEnd = times[0] ?? 0;
  times.forEach((time, index) => {
    if (index > leadFrames) gaps.push(time - (times[index - 1] ?? time));
    if (time > playEnd) {
      underruns++;
      silentMs += time - playEnd;
    }
    playEnd = Math.max(playEnd, time) + FRAME_MS;
  });
  return { gaps, underruns, silentMs };
}

/** Gaps that are late. */
export function late(gaps: readonly number[]): number {
  return gaps.filter((gap) => gap > LATE_GAP_MS).length;
}
