/**
 * The faces that a device can show.
 *
 * @module
 */

/** The names fixed in firmware up to 2.0.5 (`main/display/lcd_display.cc`); later asset packs keep them. */
export const EMOTIONS = [
  "neutral",
  "happy",
  "laughing",
  "funny",
  "sad",
  "angry",
  "crying",
  "loving",
  "embarrassed",
  "surprised",
  "shocked",
  "thinking",
  "winking",
  "cool",
  "relaxed",
  "delicious",
  "kissy",
  "confident",
  "sleepy",
  "silly",
  "confused",
] as const;

/** One of the 21 names. */
export type Emotion = typeof EMOTIONS[number];

/** The emoji that stands for each; web clients show it from `llm.text`, devices ignore it. */
export const EMOTION_EMOJI: Readonly<Record<Emotion, string>> = {
  neutral: "😶",
  happy: "🙂",
  laughing: "😆",
  funny: "😂",
  sad: "😔",
  angry: "😠",
  crying: "😭",
  loving: "😍",
  embarrassed: "😳",
  surprised: "😯",
  shocked: "😱",
  thinking: "🤔",
  winking: "😉",
  cool: "😎",
  relaxed: "😌",
  delicious: "🤤",
  kissy: "😘",
  confident: "😏",
  sleepy: "😴",
  silly: "😜",
  confused: "🙄",
};

/** Whether `name` is one of the 21. */
export function isEmotion(name: string): name is Emotion {
  return (EMOTIONS as readonly string[]).includes(name);
}
