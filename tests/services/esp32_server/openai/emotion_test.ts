import assert from "node:assert/strict";
import fc from "fast-check";
import { EMOTION_EMOJI, EMOTIONS } from "../../../../protocol/emotions.ts";
import { leadingEmotion } from "../../../../services/esp32_server/openai/emotion.ts";

const CASES: readonly (readonly [string, string | undefined, string])[] = [
  ["😊 Hello", "happy", "Hello"],
  ["😆", "laughing", ""],
  ["  \n😂你好", "funny", "你好"],
  ["❤️ Yes", "loving", "Yes"],
  ["☺️Hi", "happy", "Hi"],
  ["🤷🏽 No idea", "confused", "No idea"],
  ["😊😊 Twice", "happy", "Twice"],
  ["🤔 [sad] The first counts", "thinking", "The first counts"],
  ["[happy] Hello", "happy", "Hello"],
  ["(Sad) Oh", "sad", "Oh"],
  ["<angry>No", "angry", "No"],
  ["<emotion>cool</emotion> Right", "cool", "Right"],
  ['<emotion name="sleepy"/> Night', "sleepy", "Night"],
  ["[emotion: winking] Sure", "winking", "Sure"],
  ["【thinking】嗯", "thinking", "嗯"],
  ["*laughing* Ha", "laughing", "Ha"],
  ["{shocked}What", "shocked", "What"],
  ["[1] is a note", undefined, "[1] is a note"],
  ["(perhaps) tomorrow", undefined, "(perhaps) tomorrow"],
  ["**Bold** words", undefined, "**Bold** words"],
  ["<b>Bold</b>", undefined, "<b>Bold</b>"],
  ["🎵 La la", undefined, "🎵 La la"],
  ["👨‍👩‍👧 A family", undefined, "👨‍👩‍👧 A family"],
  ["😮‍💨 A sigh", undefined, "😮‍💨 A sigh"],
  ["Hello 😊", undefined, "Hello 😊"],
  ["happy is what I am", undefined, "happy is what I am"],
  ["[open", undefined, "[open"],
  ["", undefined, ""],
];

for (const [text, emotion, rest] of CASES) {
  Deno.test(`an answer of ${JSON.stringify(text)} begins with ${emotion ?? "no emotion"}`, () => {
    assert.deepEqual(leadingEmotion(text, true), emotion === undefined ? { rest } : { emotion, rest });
  });
}

Deno.test("each of the firmware's emotions can be said by its emoji and by its name", () => {
  for (const emotion of EMOTIONS) {
    assert.deepEqual(leadingEmotion(`${EMOTION_EMOJI[emotion]} Hi`, true), { emotion, rest: "Hi" });
    assert.deepEqual(leadingEmotion(`[${emotion}] Hi`, true), { emotion, rest: "Hi" });
  }
});

Deno.test("plain words are not held back for a tag that may come", () => {
  for (const text of ["H", "你", "1", "(see the long explanation that follows here, friend", "🎵 L"]) {
    assert.ok(leadingEmotion(text, false));
  }
  for (const text of ["", " ", "[", "[hap", "😊", "😊 ", "\ud83d", "<emotion>co"]) assert.equal(leadingEmotion(text, false), undefined);
});

Deno.test("an answer in pieces gives what the whole gives", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CASES), fc.string(), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), ([text], tail, sizes) => {
      const whole = text + tail;
      let seen = "";
      for (let at = 0; at < whole.length;) {
        const size = sizes.next().value ?? 1;
        seen += whole.slice(at, at + size);
        at += size;
        const early = leadingEmotion(seen, false);
        if (early === undefined) continue;
        assert.deepEqual({ ...early, rest: early.rest + whole.slice(at) }, leadingEmotion(whole, true));
        return;
      }
    }),
  );
});
