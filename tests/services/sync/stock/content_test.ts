import assert from "node:assert/strict";
import { joined, spokenText } from "../../../../services/sync/stock/content.ts";

for (
  const [what, content, spoken] of [
    ["plain text is what was said", "  你好！ ", "你好！"],
    ["the wrapper of speaker recognition is taken off", '{"speaker": "Anna", "content": "Good morning"}', "Good morning"],
    ["a wrapper of an unknown speaker is taken off", '{"speaker":null,"content":"嗯"}', "嗯"],
    ["what a tool was asked is not spoken", '[{"type":"tool","text":"get_weather({\\"place\\":\\"Berlin\\"})"}]', ""],
    ["what a tool answered is not spoken", '[{"type":"tool_result","text":"{\\"result\\":\\"18 °C\\"}"}]', ""],
    ["text beside a tool is spoken", '[{"type":"tool","text":"x()"},{"type":"text","text":"One moment"}]', "One moment"],
    ["JSON that somebody dictated stays", '{"content": "no speaker"}', '{"content": "no speaker"}'],
    ["a list that somebody dictated stays", "[1, 2, 3]", "[1, 2, 3]"],
    ["an empty list stays", "[]", "[]"],
    ["broken JSON stays", '{"speaker": "Anna", "content": ', '{"speaker": "Anna", "content":'],
  ] as const
) {
  Deno.test(`stock content: ${what}`, () => assert.equal(spokenText(content), spoken));
}

Deno.test("pieces of an answer are joined with a space where words would run together", () => {
  assert.equal(joined(["Hello.", "How are you?"]), "Hello. How are you?");
  assert.equal(joined(["你好。", "今天天气很好。"]), "你好。今天天气很好。");
  assert.equal(joined(["", "a", "", "b"]), "a b");
  assert.equal(joined([]), "");
});
