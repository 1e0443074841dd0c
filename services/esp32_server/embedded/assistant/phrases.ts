/**
 * What the offline assistant says.
 *
 * @module
 */

import type { Emotion } from "../../../../protocol/emotions.ts";
import type { SpokenLanguage } from "../text_language.ts";

/** An answer with the face that goes with it. */
export interface Reply {
  readonly emotion: Emotion;
  readonly text: string;
}

/** One sentence in both languages. */
type Both = Readonly<Record<SpokenLanguage, string>>;

const GREETING = /^(?:(?:hello|hi|hey|good (?:morning|afternoon|evening))\b|你好|您好|嗨|哈喽|早上好|上午好|下午好|晚上好|早安)/iu;
const THANKS = /\bthank(?:s| you)\b|谢谢|多谢|感谢/iu;
const BYE = /\b(?:good ?bye|bye|good night|see you)\b|再见|拜拜|晚安/iu;
const WHO = /\bwho are you\b|\bwhat can you do\b|\byour name\b|你是谁|你叫什么|你会什么|你能做什么/iu;

/** Texts longer than this that begin with a greeting want something else. */
const MAX_GREETING_CHARS = 24;

const ABILITIES: Both = {
  en: "I can tell the time, do sums and set the volume.",
  zh: "我可以报时、算数和调音量。",
};

const SENTENCES = {
  greeting: { en: "Hello! How can I help?", zh: "你好！有什么可以帮你？" },
  thanks: { en: "You are welcome.", zh: "不客气。" },
  bye: { en: "Goodbye!", zh: "再见！" },
  offline: { en: "I am the offline assistant.", zh: "我是离线助手。" },
  noDivision: { en: "That cannot be divided by zero.", zh: "不能除以零。" },
  noVolumeTool: { en: "This device has no volume tool.", zh: "这台设备没有音量工具。" },
  whichVolume: { en: "Which volume do you want, from zero to one hundred?", zh: "音量要调到多少？请说零到一百。" },
  failed: { en: "The device could not do that.", zh: "设备没有做到。" },
  done: { en: "Done.", zh: "好的，已完成。" },
  heardOnly: {
    en: "I heard you, but no speech recognition is set up here.",
    zh: "我听到你说话了，但是这里还没有设置语音识别。",
  },
} satisfies Record<string, Both>;

/** A fixed sentence. */
export function say(name: keyof typeof SENTENCES, language: SpokenLanguage, emotion: Emotion): Reply {
  return { emotion, text: SENTENCES[name][language] };
}

/** The answer to small talk; `undefined` when the text is none. */
export function smallTalk(text: string, language: SpokenLanguage): Reply | undefined {
  const plain = text.trim();
  if (BYE.test(plain)) return say("bye", language, "winking");
  if (THANKS.test(plain)) return say("thanks", language, "happy");
  if (WHO.test(plain)) return unknown(language);
  if (GREETING.test(plain) && plain.length <= MAX_GREETING_CHARS) return say("greeting", language, "happy");
  return undefined;
}

/** The answer to everything else: it says what it is and what it can. */
export function unknown(language: SpokenLanguage): Reply {
  return { emotion: "neutral", text: `${SENTENCES.offline[language]} ${ABILITIES[language]}`.replace("。 ", "。") };
}

/** Says a result. */
export function result(value: string, language: SpokenLanguage): Reply {
  return { emotion: "confident", text: language === "zh" ? `等于${value}。` : `That makes ${value}.` };
}

/** Says that the volume was set. */
export function volumeSet(value: number, language: SpokenLanguage): Reply {
  return { emotion: "happy", text: language === "zh" ? `好的，音量已调到${value}。` : `OK, the volume is now ${value}.` };
}
