import assert from "node:assert/strict";
import { heardAnswer } from "../../console/session/heard.ts";
import { responseOf } from "../../console/session/response.ts";
import { kindOf } from "../../console/sessions/file_kind.ts";
import { addressOf, narrowedBy } from "../../console/sessions/query.ts";
import { markedParts } from "../../console/ui/marked.tsx";

const marked = (text: string, search: string) => markedParts(text, search).filter((part) => part.marked).map((part) => part.text);

Deno.test("what a search finds is what is marked: case and width do not count, and no character means more than itself", () => {
  assert.deepEqual(marked("Tea, ＴＥＡ and tea", "tea"), ["Tea", "ＴＥＡ", "tea"]);
  assert.deepEqual(marked("今天天气怎么样", "天气 今天"), ["今天天气"]);
  assert.deepEqual(marked("a.b a+b ΟΔΟΣ", "a.b οδος"), ["a.b", "ΟΔΟΣ"]);
  assert.deepEqual(marked("ﬁne 😀 day", "fi 😀"), ["ﬁ", "😀"]);
  assert.deepEqual(marked("nothing", " "), []);
  assert.equal(markedParts("<b>İstanbul</b>", "st").map(({ text }) => text).join(""), "<b>İstanbul</b>");
});

Deno.test("an answer that was cut off shows what was heard, what was not, and what else was written", () => {
  const sentences = [{ text: "One is here.", startMs: 0, heardMs: 1000 }, { text: "Two is there.", startMs: 1000, heardMs: 500 }];
  const cut = {
    outcome: "interrupted" as const,
    replyText: "One is here. Two is there. Three.",
    heardText: "One is here. Two is",
    sentences,
  };
  assert.deepEqual(heardAnswer(cut), {
    pieces: [{ heard: "One is here.", rest: "", startMs: 0 }, { heard: "Two is", rest: " there.", startMs: 1000 }],
    tail: " Three.",
    cut: true,
  });
  const { sentences: _, ...without } = cut;
  assert.deepEqual(heardAnswer(without), { pieces: [{ heard: "One is here. Two is", rest: "" }], tail: " there. Three.", cut: true });
  assert.deepEqual(heardAnswer({ ...cut, replyText: "**One** is here. Two is there. Three." }), {
    pieces: heardAnswer(cut).pieces,
    tail: "",
    cut: true,
    written: "**One** is here. Two is there. Three.",
  });
  assert.equal(heardAnswer({ outcome: "completed", replyText: "Fine.", heardText: "Fine." }).cut, false);
});

Deno.test("the stages of a response add up to it, whatever marks are missing or out of order", () => {
  const timings = { speechEndMs: 1000, vadEndMs: 1300, recognizedMs: 1250, firstTokenMs: 1700, firstAudioMs: 2400, firstFrameMs: 2100 };
  const response = responseOf({ source: "speech", timings });
  assert.deepEqual(response, { ms: 1100, stages: [{ name: "silence", ms: 300 }, { name: "token", ms: 400 }, { name: "audio", ms: 400 }] });
  assert.equal(responseOf({ source: "speech", timings: { firstFrameMs: 5 } }), undefined);
  assert.deepEqual(responseOf({ source: "text", timings: { firstFrameMs: 500 } }), { ms: 500, stages: [{ name: "frame", ms: 500 }] });
});

Deno.test("files are known by how they begin", async () => {
  const kind = (text: string) => kindOf(new Blob([text]));
  assert.equal(await kind('{"kind":"header","schema":2,"app":"1"}\n{"kind":"event"}\n'), "recording");
  assert.equal(await kind('\uFEFF\n{"turn":{}}\n'), "lines");
  assert.equal(await kind('{"turn":{"kind":"header"}}'), "lines");
  assert.equal(await kind("PK\u0003\u0004rest"), "zip");
  assert.equal(await kind("# Weather\n"), "markdown");
  assert.equal(await kind(""), "lines");
});

Deno.test("an address of the page becomes a request that the server takes, however odd it is", () => {
  const asked = (query: string) => addressOf(narrowedBy(new URLSearchParams(query)), undefined);
  assert.equal(asked(""), "/api/sessions?limit=40");
  assert.equal(asked("end=idle"), "/api/sessions?limit=40&endReason=idle");
  assert.equal(asked("end=%27%20OR%201&outcome=x&from=2026-13-45&until=now"), "/api/sessions?limit=40");
  assert.equal(asked("outcome=failed&end=idle"), "/api/turns?limit=40&outcome=failed");
  assert.equal(asked("q=%20tea%0Atime%20&outcome=failed"), "/api/search?limit=40&outcome=failed&text=tea+time");
  const { searchParams } = new URL(asked("from=2026-01-31&until=2026-01-01"), "http://x");
  assert.equal(searchParams.get("from"), searchParams.get("until"));
});
