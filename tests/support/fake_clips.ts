/**
 * Clips that need no file, so that they are there within the same turn of the event loop.
 *
 * @module
 */

import type { Clip, Clips } from "../../services/clips/clips.ts";
import { packet } from "./fake_audio.ts";

/** Texts of the clips by name and language. */
export const CLIP_TEXTS = {
  apology: { zh: "抱歉。", en: "Sorry." },
  moment: { zh: "请稍等。", en: "One moment." },
} as const;

/** Clips of `frames` frames of 60 ms. */
export function fakeClips(frames = 5): Clips {
  const packets = Array.from({ length: frames }, () => packet("speech"));
  const clip = (text: string): Clip => ({
    text,
    durationMs: frames * 60,
    packets,
    audio: () => ({ kind: "opus", packets: ReadableStream.from(packets) }),
  });
  return { get: (name, language) => Promise.resolve(clip(CLIP_TEXTS[name][language])) };
}
