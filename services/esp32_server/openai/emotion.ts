/**
 * The face that a model puts on at the beginning of its answer: an emoji, or a tag such as `[happy]`.
 *
 * @module
 */

import { type Emotion, EMOTION_EMOJI, EMOTIONS, isEmotion } from "../../../protocol/emotions.ts";

/** Other emoji that models like to begin with, by the emotion that comes nearest. */
const OTHER_EMOJI: Readonly<Partial<Record<Emotion, string>>> = {
  neutral: "😐 😑",
  happy: "😊 😀 😃 😄 ☺ 🤗 🥳 😇",
  laughing: "😁 😅",
  funny: "🤣",
  sad: "😞 😟 🙁 ☹ 🥺 😢",
  angry: "😡 🤬 😤",
  loving: "🥰 ❤ 💕 💖",
  embarrassed: "🫣",
  surprised: "😮 😲",
  shocked: "😨 🤯",
  thinking: "🧐",
  delicious: "😋",
  kissy: "😗 😙 😚",
  confident: "💪",
  sleepy: "🥱 😪",
  silly: "😝 🤪 😛",
  confused: "😕 😵 🤷",
};

const BY_EMOJI: ReadonlyMap<string, Emotion> = new Map(
  EMOTIONS.flatMap((emotion) => [EMOTION_EMOJI[emotion], ...OTHER_EMOJI[emotion]?.split(" ") ?? []].map((emoji) => [emoji, emotion])),
);

/** Marks of a tag and what ends it. */
const TAG = /^(?:\[([^\]]*)\]|\(([^)]*)\)|\{([^}]*)\}|【([^】]*)】|（([^）]*)）|\*([^*\s]+)\*|<([^>]*)>)/;
const OPENING = /^[[({【（*<]/;

/** What stands in a tag: `happy`, `emotion: happy`, `emotion="happy"`; `emotion` alone has the name behind it. */
const WORD = /^\s*(?:(?:emotion|mood|情绪|表情)\s*(?:name\s*)?[:=：]?\s*["']?)?\s*([a-z]+)\s*["']?\s*\/?\s*$/i;
const ELEMENT = /^<emotion>\s*([a-z]+)\s*<\/emotion>/i;

/** Longest tag waited for: the longest emotion with the longest frame around it. */
const MAX_TAG_CHARS = 40;

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The beginning of an answer. */
export interface Beginning {
  /** The first emotion named. */
  readonly emotion?: Emotion;
  /** The text behind it, without the space in front. */
  readonly rest: string;
}

/**
 * Takes the emotions off the beginning of an answer.
 *
 * @param complete Whether the answer ends here. Else the result is `undefined` as long as what comes next could make a difference.
 */
export function leadingEmotion(text: string, complete: boolean): Beginning | undefined {
  let rest = text.trimStart();
  let emotion: Emotion | undefined;
  for (;;) {
    if (rest === "" && !complete) return undefined;
    const found = tagAt(rest) ?? emojiAt(rest);
    if (found === undefined || found.length === rest.length && !complete && !found.closed) {
      if (!complete && isOpen(rest, found !== undefined)) return undefined;
      return emotion === undefined ? { rest } : { emotion, rest };
    }
    emotion ??= found.emotion;
    rest = rest.slice(found.length).trimStart();
  }
}

interface Found {
  readonly emotion: Emotion;
  readonly length: number;
  /** Whether nothing that follows can change it. */
  readonly closed: boolean;
}

function tagAt(text: string): Found | undefined {
  const match = ELEMENT.exec(text) ?? TAG.exec(text);
  if (match === null) return undefined;
  const inside = match.slice(1).find((part) => part !== undefined) ?? "";
  const name = WORD.exec(inside)?.[1]?.toLowerCase() ?? "";
  return isEmotion(name) ? { emotion: name, length: match[0].length, closed: true } : undefined;
}

function emojiAt(text: string): Found | undefined {
  const first = firstGrapheme(text);
  // Variants for text and colour, and skin tones, do not change the face.
  const emotion = BY_EMOJI.get(first.replace(/[\ufe0e\ufe0f]|\p{Emoji_Modifier}/gu, ""));
  return emotion === undefined ? undefined : { emotion, length: first.length, closed: false };
}

/** Whether more text could turn what is there into an emotion, or into another one. */
function isOpen(text: string, isEmoji: boolean): boolean {
  if (isEmoji || /[\ud800-\udbff]$/.test(firstGrapheme(text))) return true;
  if (!OPENING.test(text) || text.length > MAX_TAG_CHARS) return false;
  return TAG.exec(text) === null || /^<emotion>[^<]*(<[^>]*)?$/i.test(text);
}

function firstGrapheme(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return "";
}
