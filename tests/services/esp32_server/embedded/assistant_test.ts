import assert from "node:assert/strict";
import fc from "fast-check";
import { isEmotion } from "../../../../protocol/emotions.ts";
import { OfflineAssistant } from "../../../../services/esp32_server/embedded/assistant/assistant.ts";
import { formatNumber, sumIn } from "../../../../services/esp32_server/embedded/assistant/arithmetic.ts";
import type { ChatEvent, ChatMessage, ToolSpec } from "../../../../services/esp32_server/stages.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";

const SET: ToolSpec = { name: "self_audio_speaker_set_volume", description: "Sets the volume", parameters: {} };
const STATUS: ToolSpec = { name: "self_get_device_status", description: "Tells the status", parameters: {} };
const clock = new VirtualClock(Date.UTC(2026, 10, 22, 7, 5));
const signal = new AbortController().signal;

async function ask(messages: readonly ChatMessage[] | string, tools: readonly ToolSpec[] = [], language = "en"): Promise<ChatEvent[]> {
  const list = typeof messages === "string" ? [{ role: "user", content: messages } as const] : messages;
  const request = { messages: list, tools, sessionId: "s", deviceId: "d", language };
  return await Array.fromAsync(new OfflineAssistant(clock, "Asia/Shanghai").chat(request, { signal }));
}

async function said(...question: Parameters<typeof ask>): Promise<string> {
  const events = await ask(...question);
  assert.ok(events.some((event) => event.type === "emotion" && isEmotion(event.emotion)), "no emotion");
  return events.map((event) => event.type === "text" ? event.text : "").join("");
}

async function called(...question: Parameters<typeof ask>): Promise<{ name: string; arguments: unknown } | undefined> {
  for (const event of await ask(...question)) {
    if (event.type === "tool_call") return { name: event.call.name, arguments: event.call.arguments };
  }
  return undefined;
}

for (
  const [question, answer] of [
    ["hello", "Hello! How can I help?"],
    ["Good morning!", "Hello! How can I help?"],
    ["你好", "你好！有什么可以帮你？"],
    ["小智，谢谢你", "不客气。"],
    ["thank you", "You are welcome."],
    ["goodbye", "Goodbye!"],
    ["再见", "再见！"],
    ["what time is it", "It is 15:05."],
    ["现在几点了？", "现在是15点05分。"],
    ["what day is it today", "Today is Sunday, 22 November 2026."],
    ["今天几号", "今天是2026年11月22日，星期日。"],
    ["what is two plus three", "That makes 5."],
    ["What's twenty-one times two?", "That makes 42."],
    ["seven divided by zero", "That cannot be divided by zero."],
    ["calculate (1 + 2) * 3.5", "That makes 10.5."],
    ["one hundred and five minus six", "That makes 99."],
    ["two thousand twenty six minus one", "That makes 2025."],
    ["how much is three point five plus one", "That makes 4.5."],
    ["三加五等于几", "等于8。"],
    ["请问一百零二乘以三是多少？", "等于306。"],
    ["十二除以四", "等于3。"],
    ["3加5等于多少", "等于8。"],
    ["负三加五点五", "等于2.5。"],
    ["两万三千减去一", "等于22999。"],
    ["五除以零", "不能除以零。"],
    ["who are you", "I am the offline assistant. I can tell the time, do sums and set the volume."],
    ["tell me a story about a fox", "I am the offline assistant. I can tell the time, do sums and set the volume."],
    ["给我讲个故事", "我是离线助手。我可以报时、算数和调音量。"],
    ["my number is 5550123", "I am the offline assistant. I can tell the time, do sums and set the volume."],
    ["(1.8 s of speech)", "I heard you, but no speech recognition is set up here."],
    ["set the volume to seven", "This device has no volume tool."],
    ["音量调到三十", "这台设备没有音量工具。"],
    ["", "I am the offline assistant. I can tell the time, do sums and set the volume."],
  ] as const
) {
  Deno.test(`Assistant answers ${JSON.stringify(question)}`, async () => assert.equal(await said(question), answer));
}

for (
  const [question, volume] of [
    ["set the volume to seven", 7],
    ["Set volume to 30%", 30],
    ["volume thirty five please", 35],
    ["音量调到三十", 30],
    ["把声音调到百分之五十", 50],
    ["音量调到100", 100],
    ["音量最大", 100],
    ["turn the volume to maximum", 100],
    ["静音", 0],
    ["mute", 0],
  ] as const
) {
  Deno.test(`Assistant sets the volume for ${JSON.stringify(question)}`, async () => {
    assert.deepEqual(await called(question, [STATUS, SET]), { name: SET.name, arguments: { volume } });
  });
}

for (
  const [question, before, after] of [["louder", 70, 80], ["大声一点", 95, 100], ["turn the volume down", 30, 20], [
    "音量小一点",
    5,
    0,
  ]] as const
) {
  Deno.test(`Assistant asks for the volume before it makes it ${JSON.stringify(question)}`, async () => {
    const tools = [SET, STATUS];
    assert.deepEqual(await called(question, tools), { name: STATUS.name, arguments: {} });
    const status = await ask(question, tools);
    const call = status.flatMap((event) => event.type === "tool_call" ? [event.call] : []);
    const messages: ChatMessage[] = [
      { role: "user", content: question },
      { role: "assistant", content: "", toolCalls: call },
      { role: "tool", toolCallId: call[0]?.id ?? "", content: `{"audio_speaker":{"volume":${before}}}` },
    ];
    assert.deepEqual(await called(messages, tools), { name: SET.name, arguments: { volume: after } });
  });
}

Deno.test("Assistant says what was done after the tool has answered, and gives each round another id", async () => {
  const call = { id: "call_1", name: SET.name, arguments: { volume: 30 } };
  const round = (content: string, isError: boolean): ChatMessage[] => [
    { role: "user", content },
    { role: "assistant", content: "", toolCalls: [call] },
    { role: "tool", toolCallId: "call_1", content: "true", isError },
  ];
  assert.equal(await said(round("音量调到三十", false), [SET]), "好的，音量已调到30。");
  assert.equal(await said(round("set the volume to 30", false), [SET]), "OK, the volume is now 30.");
  assert.equal(await said(round("set the volume to 30", true), [SET]), "The device could not do that.");
});

Deno.test("Assistant asks back for a volume that cannot be", async () => {
  assert.equal(await said("set the volume to 300", [SET]), "Which volume do you want, from zero to one hundred?");
  assert.equal(await said("louder", [SET]), "Which volume do you want, from zero to one hundred?");
});

Deno.test("Assistant ends with the reason when it is aborted between sentences", async () => {
  const controller = new AbortController();
  const request = {
    messages: [{ role: "user", content: "who are you" }] as const,
    tools: [],
    sessionId: "s",
    deviceId: "d",
    language: "en",
  };
  const iterator = new OfflineAssistant(clock, "").chat(request, { signal: controller.signal });
  await iterator.next();
  await iterator.next();
  controller.abort(new Error("Enough"));
  await assert.rejects(iterator.next(), /Enough/);
});

/** A sum as a person writes and says it, with its value. */
interface Said {
  readonly written: string;
  readonly english: string;
  readonly chinese: string;
  readonly value: number;
}

const ONES =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ");
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const HAN = [..."零一二三四五六七八九"];

function english(n: number): string {
  if (n < 20) return ONES[n] ?? "";
  if (n < 100) return [TENS[Math.floor(n / 10)], n % 10 === 0 ? "" : ONES[n % 10]].filter(Boolean).join(" ");
  if (n < 1000) return `${ONES[Math.floor(n / 100)]} hundred${n % 100 === 0 ? "" : ` and ${english(n % 100)}`}`;
  return `${english(Math.floor(n / 1000))} thousand${n % 1000 === 0 ? "" : ` ${n % 1000 < 100 ? "and " : ""}${english(n % 1000)}`}`;
}

function chinese(n: number): string {
  if (n >= 10_000) {
    const rest = n % 10_000;
    return `${chinese(Math.floor(n / 10_000))}万${rest === 0 ? "" : `${rest < 1000 ? "零" : ""}${chinese(rest)}`}`;
  }
  for (const [unit, name] of [[1000, "千"], [100, "百"], [10, "十"]] as const) {
    if (n < unit) continue;
    const rest = n % unit;
    const gap = unit > 10 && rest > 0 && rest < unit / 10 ? "零" : "";
    return `${HAN[Math.floor(n / unit)]}${name}${gap}${rest === 0 ? "" : chinese(rest)}`;
  }
  return HAN[n] ?? "";
}

const number = fc.nat(999_999).map((n): Said => ({ written: `${n}`, english: english(n), chinese: chinese(n), value: n }));
const sums = fc.letrec<{ sum: Said; operand: Said }>((tie) => ({
  operand: fc.oneof({ weight: 3, arbitrary: number }, {
    weight: 1,
    arbitrary: tie("sum").map(({ written, english, chinese, value }) => ({
      written: `(${written})`,
      english: `( ${english} )`,
      chinese: `(${chinese})`,
      value,
    })),
  }),
  sum: fc.tuple(tie("operand"), fc.constantFrom("+", "-", "*", "/"), tie("operand")).map(([a, operator, b]) => {
    const words = { "+": ["plus", "加"], "-": ["minus", "减"], "*": ["times", "乘以"], "/": ["divided by", "除以"] }[operator] ?? [];
    const value =
      { "+": a.value + b.value, "-": a.value - b.value, "*": a.value * b.value, "/": b.value === 0 ? NaN : a.value / b.value }[operator];
    return {
      written: `${a.written} ${operator} ${b.written}`,
      english: `${a.english} ${words[0]} ${b.english}`,
      chinese: `${a.chinese}${words[1]}${b.chinese}`,
      value: value ?? NaN,
    };
  }),
})).sum;

Deno.test("Sums come out right, written and spoken in both languages", () => {
  fc.assert(
    fc.property(sums, ({ written, english, chinese, value }) => {
      for (const text of [written, `what is ${english}?`, `请问${chinese}等于多少`]) {
        if (text.length > 200) continue;
        const sum = sumIn(text);
        assert.ok(sum !== undefined, text);
        assert.equal(formatNumber(sum.value), formatNumber(value), text);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("Products bind before sums, and the same rank goes from the left", () => {
  assert.equal(sumIn("2 + 3 * 4")?.value, 14);
  assert.equal(sumIn("ten minus two minus three")?.value, 5);
  assert.equal(sumIn("二加三乘以四")?.value, 14);
});

Deno.test("No text makes the sum reader fail or read code", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 250 }), (text) => void sumIn(text)), { numRuns: 500 });
  for (const text of ["1 +", "((1 + 2)", "alert(1)", "two three", "1 + + +", "5", "process.exit(1 + 1)"]) {
    assert.equal(sumIn(text), undefined, text);
  }
});
