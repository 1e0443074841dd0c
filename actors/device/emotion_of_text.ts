/**
 * The face that fits a text, for chat stages that choose none themselves.
 *
 * @module
 */

import { type Emotion, EMOTION_EMOJI, EMOTIONS } from "../../protocol/mod.ts";

/**
 * Words of Chinese and English by the face that goes with them. The first that is found decides, so that what a word is often part of
 * stands above it: "not funny" is no joke, and "sorry, great idea" is sorry.
 */
const WORDS: readonly (readonly [Emotion, RegExp])[] = [
  ["laughing", /哈哈|嘻嘻|\bha(?:ha)+h?\b|\blol\b/i],
  ["crying", /呜呜|想哭|流泪|\bcry(?:ing)?\b|\btears\b/i],
  [
    "sad",
    /抱歉|对不起|遗憾|可惜|难过|伤心|不(?:太)?(?:开心|高兴)|\bsorry\b|\bsad(?:ly)?\b|unfortunately|too bad|\bnot (?:happy|funny|great)\b/i,
  ],
  ["embarrassed", /不好意思|尴尬|丢脸|害羞|embarrass|\bmy bad\b|\boops\b/i],
  ["angry", /生气|愤怒|讨厌|可恶|\bangry\b|\bfurious\b|\bannoy/i],
  ["shocked", /天哪|天啊|我的天|吓|oh my|\bomg\b|\bshock/i],
  ["surprised", /哇|竟然|居然|没想到|真的吗|\bwow\b|\breally[?!]|\bsurpris|\bincredible\b|[?？][!！]|[!！][?？]/i],
  ["confused", /没听懂|没听清|听不懂|不明白|不太懂|didn['’]t (?:catch|understand)|don['’]t understand|\bnot sure what\b|\bconfus/i],
  ["thinking", /让我想|我想想|想一想|考虑|^嗯+[，,…。]|let me (?:think|see|check)|\bhmm+\b|\bi wonder\b/i],
  ["kissy", /么么|亲亲|亲一个|\bkiss/i],
  ["loving", /爱你|喜欢你|想你|\blove you\b|\bmiss you\b|\bsweetheart\b/i],
  ["funny", /笑话|好笑|搞笑|幽默|\bjokes?\b|\bfunny\b|\bhilarious\b/i],
  ["sleepy", /晚安|好困|犯困|睡觉|睡吧|good ?night|\bsleep(?:y|s)?\b|\bbedtime\b/i],
  ["delicious", /好吃|美味|香喷喷|可口|\bdelicious\b|\btasty\b|\byummy\b/i],
  ["winking", /悄悄|秘密|你懂的|\bsecret\b|between (?:you and me|us)\b|\bwink/i],
  ["silly", /调皮|捣蛋|傻乎乎|\bsilly\b|\bgoofy\b/i],
  ["relaxed", /放松|休息一下|慢慢来|别着急|\brelax|\bcalm\b|take it easy|\bno rush\b/i],
  ["cool", /酷|帅|\bcool\b|\bawesome\b/i],
  ["confident", /当然|没问题|放心|一定|包在我身上|\bof course\b|\bcertainly\b|\bdefinitely\b|\babsolutely\b|\bno problem\b/i],
  [
    "happy",
    /太好了|太棒|真棒|高兴|开心|恭喜|祝贺|生日快乐|欢迎|谢谢|\bgreat\b|\bglad\b|\bhappy\b|congratulations|\bwonderful\b|\bwelcome\b|\bthanks?\b/i,
  ],
];

/** What sounds glad without a word for it. */
const EXCLAMATION = /[!！]/;

const BY_EMOJI: readonly (readonly [string, Emotion])[] = EMOTIONS.map((emotion) => [EMOTION_EMOJI[emotion], emotion]);

/** The emotion of a text: by its first emoji that a device has a face for, by its words, by its punctuation; else `neutral`. */
export function emotionOfText(text: string): Emotion {
  const shown = BY_EMOJI.map(([emoji, emotion]) => ({ at: text.indexOf(emoji), emotion })).filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0];
  if (shown !== undefined) return shown.emotion;
  return WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? (EXCLAMATION.test(text) ? "happy" : "neutral");
}
