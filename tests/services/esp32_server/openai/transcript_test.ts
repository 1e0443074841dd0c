import assert from "node:assert/strict";
import fc from "fast-check";
import { StageError } from "../../../../services/esp32_server/mod.ts";
import { readTranscript } from "../../../../services/esp32_server/openai/transcript.ts";

const CASES: readonly (readonly [string, string, string?])[] = [
  ['{"text": " Turn on the light. "}', "Turn on the light."],
  ['{"text": "你好", "language": "zh"}', "你好", "zh"],
  ['{"text": "Hi", "language": "english", "segments": []}', "Hi"],
  ['{"text": "", "error": null}', ""],
  ['{"text": " \\n\\t "}', ""],
  ["Turn on the light.\n", "Turn on the light."],
  ['"Turn on"', "Turn on"],
  ["", ""],
  ["[BLANK_AUDIO]", ""],
  ['{"text": " (wind blowing) [Music] ♪"}', ""],
  ['{"text": "...。！"}', ""],
  ['{"text": "Thanks for watching!"}', ""],
  ['{"text": "字幕由 Amara.org 社区提供"}', ""],
  ['{"text": "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目"}', ""],
  ['{"text": "Thank you."}', "Thank you."],
  ['{"text": "谢谢"}', "谢谢"],
  ['{"text": "Say (quietly) hello"}', "Say (quietly) hello"],
  ['{"text": "<|zh|><|NEUTRAL|><|Speech|><|woitn|>打开灯"}', "打开灯", "zh"],
  ['{"text": "<|nospeech|><|EMO_UNKNOWN|><|BGM|>"}', ""],
];

for (const [body, text, language] of CASES) {
  Deno.test(`recognition that answers ${JSON.stringify(body)} heard ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readTranscript(body), language === undefined ? { text } : { text, language });
  });
}

Deno.test("an answer that is an error or holds no text is refused", () => {
  for (const body of ['{"error": {"message": "No"}}', '{"detail": "No"}', "{}", '{"text": 3}', '{"text": "cut', "[]", "[1]"]) {
    assert.throws(() => readTranscript(body), (error) => error instanceof StageError && error.code === "asr_bad_answer", body);
  }
});

Deno.test("any answer gives a trimmed text or a StageError", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((text) => `{"text": ${text}}`)), (body) => {
    try {
      const { text } = readTranscript(body);
      assert.equal(text, text.trim());
    } catch (error) {
      assert.ok(error instanceof StageError, `${error}`);
    }
  }));
});
