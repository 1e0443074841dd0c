import assert from "node:assert/strict";
import { looksFinal } from "../../../actors/device/transcript.ts";

const FINAL = [
  "Turn on the light.",
  "turn on the light",
  "What time is it?",
  "stop",
  "好",
  "打开灯",
  "打开灯。",
  "It is for Andand",
  "I said so!",
  "No.",
  "他的额头",
];
const UNFINISHED = [
  "",
  "  ",
  "turn on the",
  "Turn on the light and",
  "well,",
  "我想要，",
  "因为",
  "我要去北京然后",
  "um",
  "wait...",
  "wait…",
  "Do it because ",
  "first:",
];

for (const text of FINAL) Deno.test(`"${text}" looks final`, () => assert.ok(looksFinal(text)));
for (const text of UNFINISHED) Deno.test(`"${text}" looks unfinished`, () => assert.ok(!looksFinal(text)));
