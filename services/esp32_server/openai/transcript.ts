/**
 * What recognisers answer, and what of it was really said.
 *
 * @module
 */

import { StageError } from "../errors.ts";
import type { Transcript } from "../stages.ts";
import { errorWords } from "./refusal.ts";

/** Marks of SenseVoice in front of its text: language, emotion, kind of sound (FunASR README). */
const MARKS = /<\|[^|<>]*\|>/g;
const LANGUAGE_MARK = /<\|(zh|en|yue|ja|ko)\|>/;

/** Notes about sounds that are no words: `[BLANK_AUDIO]` and `(wind blowing)` of whisper.cpp, `♪` of music. */
const NOTES = /\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|\*[^*]*\*|[♪♫🎵🎶]/gu;

/**
 * Credits of subtitles, which Whisper models learned to write under silence and noise. Only what nobody says to a device is listed, and
 * only where it is all that was "heard".
 */
const CREDITS =
  /^(subtitles? (by|made by|created by) .*|(thanks?|thank you)( so much| very much)? for watching|please subscribe.*|.*\bamara\.org.*|.*字幕(由|志愿者|製作|制作|by).*|.*(点赞|點贊|點讚).*(订阅|訂閱).*|(谢谢|謝謝|感谢|感謝)(大家|您|你)?(的)?(观看|觀看|收看).*)$/i;

/**
 * Reads an answer: JSON with a `text`, a JSON string, or plain text.
 *
 * @throws `StageError`
 */
export function readTranscript(body: string): Transcript {
  const value = valueOf(body);
  const failure = errorWords(typeof value === "object" && value !== null && "text" in value ? {} : value);
  if (failure !== undefined) throw badAnswer(`is an error: ${failure}`);
  const { text, language } = (typeof value === "string" ? { text: value } : Object(value)) as { text?: unknown; language?: unknown };
  if (typeof text !== "string") throw badAnswer('has no text; {"text": "…"} is needed');
  const said = spokenWords(text);
  const known = LANGUAGE_MARK.exec(text)?.[1] ??
    (typeof language === "string" && /^[a-z]{2,3}(-[a-z\d]+)*$/i.test(language) ? language : "");
  return known === "" || said === "" ? { text: said } : { text: said, language: known };
}

/** What was said; empty when there are no words in it. */
export function spokenWords(text: string): string {
  const plain = text.replace(MARKS, "").replace(/\s+/gu, " ").trim();
  const words = plain.replace(NOTES, "").trim();
  if (!/[\p{L}\p{N}]/u.test(words)) return "";
  return CREDITS.test(words.replace(/[\p{P}\s]+$/gu, "")) ? "" : plain;
}

/** JSON, or the text itself. */
function valueOf(body: string): unknown {
  const text = body.trim();
  if (!/^[{["]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // "[BLANK_AUDIO]" as plain text begins like a list.
    if (text.startsWith("{")) throw badAnswer(`has ${body.length} characters that begin like JSON and are none`);
    return text;
  }
}

function badAnswer(what: string): StageError {
  return new StageError("recognize", "bad_answer", `Answer to POST /audio/transcriptions ${what}`);
}
