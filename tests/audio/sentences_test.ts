import assert from "node:assert/strict";
import fc from "fast-check";
import { SentenceSplitter, speakable, splitSentences } from "../../audio/sentences.ts";
import { graphemes, usualSpeechMs } from "../../audio/text.ts";

async function* stream(parts: readonly string[]): AsyncGenerator<string> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function split(...parts: string[]): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of splitSentences(stream(parts))) pieces.push(piece);
  return pieces;
}

const trimmed = async (...parts: string[]) => (await split(...parts)).map((piece) => piece.trim());

Deno.test("Chinese and Japanese sentences end at their marks", async () => {
  assert.deepEqual(await split("你好！今天天气很好。你想去哪里？我们走吧；好不好"), [
    "你好！",
    "今天天气很好。",
    "你想去哪里？",
    "我们走吧；",
    "好不好",
  ]);
  assert.deepEqual(await split("こんにちは。元気ですか？"), ["こんにちは。", "元気ですか？"]);
  assert.deepEqual(await split("真的吗？！太好了！！！走吧"), ["真的吗？！", "太好了！！！", "走吧"]);
});

Deno.test("Latin sentences end at a mark before white space", async () => {
  assert.deepEqual(await trimmed("Hello there. How are you? Fine! And you"), ["Hello there.", "How are you?", "Fine!", "And you"]);
  assert.deepEqual(await trimmed("Really?! Yes. Привет. Как дела?"), ["Really?!", "Yes.", "Привет.", "Как дела?"]);
});

Deno.test("numbers, versions, times and addresses are not cut", async () => {
  for (
    const text of [
      "Pi is 3.14 or so",
      "Version v2.5 costs $29.99 now",
      "圆周率是3.14左右",
      "Meet at 10:30, not 1,000 later",
      "See https://example.com/a.b?c=d.e&f=1,2 for more",
      "Mail me at a.b@example.com or not",
      "Open main.ts and go",
    ]
  ) assert.deepEqual(await split(text), [text]);
});

Deno.test("abbreviations, initials and list numbers do not end a sentence", async () => {
  for (
    const text of [
      "Dr. Smith and Mrs. Jones met J. Doe.",
      "Use fruit, e.g. Apples or i.e. Bananas.",
      "The U.S. Army moved.",
      "See No. 5 please.",
      "Wait... what is it?",
      "Well… maybe not",
      "1. Open the door",
    ]
  ) assert.deepEqual(await split(text), [text]);
  assert.deepEqual(await trimmed("Oh no. We lost."), ["Oh no.", "We lost."]);
  assert.deepEqual(await trimmed("At 5 p.m. We leave."), ["At 5 p.m.", "We leave."]);
  assert.deepEqual(await trimmed("So did I. Then we left."), ["So did I.", "Then we left."]);
  assert.deepEqual(await trimmed("It costs 3. Then go."), ["It costs 3.", "Then go."]);
});

Deno.test("newlines end a sentence", async () => {
  assert.deepEqual(await trimmed("# Title\n- one\n- two\r\n\r\n1. three\n"), ["# Title", "- one", "- two", "1. three", ""]);
});

Deno.test("quotes, brackets, emphasis and emoji stay with the mark before them", async () => {
  assert.deepEqual(await split("他说：“走吧！”然后走了。（真的。）好"), ["他说：“走吧！”", "然后走了。", "（真的。）", "好"]);
  assert.deepEqual(await trimmed('"Stop!" he said. "Now."'), ['"Stop!"', "he said.", '"Now."']);
  assert.deepEqual(await split('你好。"再见。"好'), ["你好。", '"再见。"', "好"]);
  assert.deepEqual(await trimmed("**Done!** 好的！😊接下来"), ["**Done!**", "好的！😊", "接下来"]);
  assert.deepEqual(await split("嗯……我想想。"), ["嗯……", "我想想。"]);
});

Deno.test("the first piece may end at a comma once it is long enough, later ones do not", async () => {
  assert.deepEqual(await split("好，我来帮你查一下，明天的天气，稍等，一会儿就好。然后我们再看看，后天怎么样。"), [
    "好，我来帮你查一下，",
    "明天的天气，稍等，一会儿就好。",
    "然后我们再看看，后天怎么样。",
  ]);
  assert.deepEqual(await split("现在的时间是晚上10：30"), ["现在的时间是晚上10：30"]);
  assert.deepEqual(await trimmed("Well, let me think about that, because it is hard, you know. Fine."), [
    "Well, let me think about that,",
    "because it is hard, you know.",
    "Fine.",
  ]);
});

Deno.test("a sentence is given as soon as it is certain to have ended", () => {
  const splitter = new SentenceSplitter();
  assert.deepEqual(splitter.push("你好"), []);
  assert.deepEqual(splitter.push("。"), []);
  assert.deepEqual(splitter.push("再"), ["你好。"]);
  assert.deepEqual(splitter.push("见\n"), []);
  assert.deepEqual(splitter.push("It is 3."), ["再见"]);
  assert.deepEqual(splitter.push("5! "), ["\nIt is 3.5!"]);
  assert.deepEqual(splitter.push("S"), []);
  assert.deepEqual(splitter.flush(), [" S"]);
  assert.deepEqual(splitter.flush(), []);
});

Deno.test("text without marks is cut at spaces, or between characters, before it grows too long", async () => {
  const words = "word ".repeat(400);
  const characters = "字".repeat(400);
  for (const text of [words, characters]) {
    const pieces = await split(text);
    assert.equal(pieces.join(""), text);
    assert.ok(pieces.length > 1);
    for (const piece of pieces) assert.ok(usualSpeechMs(graphemes(piece)) <= 15_000);
  }
  for (const piece of await split(words)) assert.match(piece, /^ ?(?:word ?)+$/);
  const commas = `${"长".repeat(30)}，`.repeat(9);
  for (const piece of await split(commas)) assert.ok(piece.endsWith("，"));
});

const hostile = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        "。",
        "！",
        "？",
        "，",
        ".",
        "!",
        "?",
        ",",
        " ",
        "\n",
        "\r\n",
        '"',
        "”",
        "**",
        "…",
        "3",
        "e.g",
        "Dr",
        "U.S",
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom("你", "好", "a", "B", "word", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "e\u0301", "1️⃣", "각", "नि", "\u200d", "\ufe0f", "\u0301"),
    },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constant("字".repeat(80)) },
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

Deno.test("the pieces joined are the text, no grapheme is cut, and how the text arrives does not matter", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, fc.array(fc.nat(200), { maxLength: 8 }), async (text, cuts) => {
      const whole = await split(text);
      assert.equal(whole.join(""), text);
      const borders = new Set<number>();
      let length = 0;
      for (const one of graphemes(text)) borders.add(length += one.length);
      length = 0;
      for (const piece of whole) assert.ok(borders.has(length += piece.length), `cut inside a grapheme at ${length}`);
      const points = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
      const parts = [0, ...points].map((from, i) => text.slice(from, points[i] ?? text.length));
      assert.deepEqual(await split(...parts), whole);
      assert.deepEqual(await split(...text), whole);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a long text in one go is split in reasonable time", async () => {
  const text = "This is a sentence of a long answer. ".repeat(3000);
  assert.equal((await trimmed(text)).filter((piece) => piece !== "").length, 3000);
});

Deno.test("markdown, tags and emoji are not spoken", () => {
  const cases: [string, string][] = [
    ["## Weather **today**", "Weather today"],
    ["- *really* `nice` ~~not~~", "really nice not"],
    ["> quoted __text__ _here_", "quoted text here"],
    ['See [the page](https://example.com/x "title") ![a cat](cat.png)', "See the page a cat"],
    ["Go to https://example.com/a/b?c=1. Now", "Go to example.com. Now"],
    ["2 * 3 is 6 and snake_case stays", "2 * 3 is 6 and snake_case stays"],
    ["2*3=6", "2*3=6"],
    ["你好😊！今天👨‍👩‍👧‍👦很🇨🇳好👍🏽", "你好！今天很好"],
    ["1️⃣ first ☀️ © 2026", "1 first © 2026"],
    ["| a | b |", "a b"],
    ["|---|:--:|", ""],
    ["```ts", ""],
    ["a<br>b and 1 < 2 > 0", "a b and 1 < 2 > 0"],
    ["---", ""],
    ["😊", ""],
    [" “……” ", ""],
    ["  a \n\n b  ", "a b"],
    ["**Half of it!", "Half of it!"],
    ["5 °C, 20 %, €3.50", "5 °C, 20 %, €3.50"],
  ];
  for (const [text, spoken] of cases) assert.equal(speakable(text), spoken);
});

Deno.test("speaking twice what is speakable changes nothing", () => {
  const text = fc.array(fc.constantFrom("*", "**", "_", "`", "#", " ", "\n", "a", "你", "1", "[x](y)", "😊", "|", "-", ">", "~"), {
    maxLength: 20,
  });
  fc.assert(fc.property(text, (parts) => {
    const once = speakable(parts.join(""));
    assert.ok(!once.includes("**") && !once.includes("`") && !once.includes("😊"));
    assert.equal(once, once.trim());
  }));
});
