import assert from "node:assert/strict";
import { EMOTION_EMOJI, EMOTIONS, isEmotion } from "../../protocol/mod.ts";

Deno.test("there are 21 emotions, each with an emoji of its own", () => {
  assert.equal(new Set(EMOTIONS).size, 21);
  assert.equal(new Set(Object.values(EMOTION_EMOJI)).size, 21);
  for (const name of EMOTIONS) assert.ok(isEmotion(name));
  assert.equal(isEmotion("furious"), false);
});
