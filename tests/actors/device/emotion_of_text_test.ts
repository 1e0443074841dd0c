import assert from "node:assert/strict";
import fc from "fast-check";
import { emotionOfText } from "../../../actors/device/emotion_of_text.ts";
import { EMOTIONS, isEmotion } from "../../../protocol/mod.ts";

const TABLE: readonly (readonly [string, string])[] = [
  ["Fine.", "neutral"],
  ["我在。", "neutral"],
  ["现在是三点一刻。", "neutral"],
  ["", "neutral"],
  ["太好了，我们出发吧。", "happy"],
  ["Congratulations on your exam.", "happy"],
  ["It works!", "happy"],
  ["哈哈，你真逗。", "laughing"],
  ["Hahaha, nice one.", "laughing"],
  ["我给你讲个笑话。", "funny"],
  ["Here is a joke.", "funny"],
  ["That is not funny.", "sad"],
  ["抱歉，我没听清。", "sad"],
  ["Unfortunately it rains tomorrow.", "sad"],
  ["他今天不开心。", "sad"],
  ["我真的很生气。", "angry"],
  ["I would be furious.", "angry"],
  ["呜呜，好感动。", "crying"],
  ["我也爱你。", "loving"],
  ["I love you too.", "loving"],
  ["哎呀，不好意思。", "embarrassed"],
  ["Oops, my mistake.", "embarrassed"],
  ["哇，下雪了。", "surprised"],
  ["Is it?!", "surprised"],
  ["天哪，房子着火了！", "shocked"],
  ["OMG, look at that.", "shocked"],
  ["让我想想。", "thinking"],
  ["Hmm, let me see.", "thinking"],
  ["这是我们的秘密。", "winking"],
  ["Just between you and me, yes.", "winking"],
  ["这辆车真酷。", "cool"],
  ["慢慢来，别着急。", "relaxed"],
  ["Relax and breathe.", "relaxed"],
  ["这个蛋糕很好吃。", "delicious"],
  ["That soup sounds delicious!", "delicious"],
  ["么么哒。", "kissy"],
  ["没问题，交给我。", "confident"],
  ["Of course I can.", "confident"],
  ["晚安，做个好梦。", "sleepy"],
  ["Good night.", "sleepy"],
  ["你真调皮。", "silly"],
  ["Don't be silly.", "silly"],
  ["我不明白你的意思。", "confused"],
  ["I didn't catch that.", "confused"],
  ["Great 😭", "crying"],
  ["A cryptic hashtag in Scotland.", "neutral"],
];

for (const [text, emotion] of TABLE) {
  Deno.test(`"${text}" looks ${emotion}`, () => assert.equal(emotionOfText(text), emotion));
}

Deno.test("each of the 21 faces fits some text", () => {
  assert.deepEqual(EMOTIONS.filter((emotion) => !TABLE.some(([, shown]) => shown === emotion)), []);
});

Deno.test("any text has a face that devices know", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => assert.ok(isEmotion(emotionOfText(text)))));
});
