/**
 * Whole conversations with the strict virtual device, of every firmware generation in every mode: no rule of the device is broken, and after
 * anything that may happen it holds another turn.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ListenMode } from "../../../protocol/mod.ts";
import type { ChatEvent } from "../../../services/esp32_server/stages.ts";
import { FIRMWARE_PROFILES, type FirmwareName } from "../../../tools/device/mod.ts";
import { ANSWER, StrictBench, type StrictOptions } from "./strict_bench.ts";

interface Scenario {
  readonly name: string;
  readonly options?: StrictOptions;
  /** Where it can happen; everywhere by default. */
  readonly where?: (firmware: FirmwareName, mode: ListenMode) => boolean;
  readonly run: (bench: StrictBench) => Promise<void>;
  /** What the history has before the last turn, which every scenario ends with. */
  readonly turns: readonly string[] | ((mode: ListenMode) => readonly string[]);
}

const FIRMWARES: readonly FirmwareName[] = ["1.6", "1.8", "2.1", "2.4"];
const MODES: readonly ListenMode[] = ["auto", "manual", "realtime"];

/** A wake word listens in auto or realtime mode, never as push-to-talk does (firmware main/application.cc). */
const wakes = (_: FirmwareName, mode: ListenMode) => mode !== "manual";

function callsTool(request: { readonly messages: readonly { readonly role: string }[] }): readonly (string | ChatEvent)[] {
  if (request.messages.at(-1)?.role === "tool") return ANSWER;
  return [{ type: "tool_call", call: { id: "call", name: "self_audio_speaker_set_volume", arguments: { volume: 30 } } }];
}

/** Each stage is asked once: what fails before the endpoint is simply tried again. */
const UNHURRIED = { features: { deviceMcp: true, voiceBargeIn: true, speculation: false } };

/** Fails the first time, and gives `value` afterwards. */
function failsOnce<T>(value: T): () => T | Error {
  let failed = false;
  return () => {
    if (failed) return value;
    failed = true;
    return new Error("The stage is down");
  };
}

const SCENARIOS: readonly Scenario[] = [
  { name: "one turn", run: (bench) => bench.turn(), turns: ["speech completed"] },
  {
    name: "three turns",
    run: async (bench) => {
      for (let turn = 0; turn < 3; turn++) await bench.turn();
    },
    turns: ["speech completed", "speech completed", "speech completed"],
  },
  {
    name: "the toggle button during the reply",
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      await bench.run(bench.device.pressToggle());
      await bench.rest();
    },
    turns: ["speech interrupted"],
  },
  {
    name: "the wake word",
    where: wakes,
    run: async (bench) => {
      await bench.run(bench.device.wake("小智"));
      await bench.answered();
      await bench.rest();
    },
    turns: ["wake completed"],
  },
  {
    name: "the wake word during the reply",
    where: wakes,
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      await bench.run(bench.device.wake("小智"));
      await bench.rest();
    },
    turns: ["speech interrupted"],
  },
  {
    name: "push-to-talk during the reply",
    where: (_, mode) => mode === "manual",
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      await bench.say();
      await bench.answered();
      await bench.rest();
    },
    turns: ["speech interrupted", "speech completed"],
  },
  {
    name: "speech during the reply",
    where: (_, mode) => mode !== "manual",
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      await bench.run(bench.device.speak(Array.from({ length: 15 }, () => Uint8Array.of(0x58, 1, 0, 0, 0, 0, 0, 0))));
      await bench.rest();
    },
    turns: (mode) => mode === "realtime" ? ["speech interrupted", "speech completed"] : ["speech completed"],
  },
  {
    name: "typed text",
    run: async (bench) => {
      await bench.run(bench.device.open());
      await bench.run(bench.device.typeText("What is new?"));
      await bench.answered();
      await bench.rest();
    },
    turns: ["text completed"],
  },
  {
    name: "typed text during the reply",
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      await bench.run(bench.device.typeText("What is new?"));
      await bench.answered();
      await bench.rest();
    },
    turns: ["speech interrupted", "text completed"],
  },
  {
    name: "a long silence",
    run: async (bench) => {
      await bench.turn();
      await bench.until("the end of the connection", () => !bench.device.connected);
      await bench.rest();
    },
    turns: ["speech completed"],
  },
  {
    name: "an utterance without words",
    options: { script: { hears: ["", "hello"] } },
    run: async (bench) => {
      await bench.say();
      await bench.talk.clock.advance(2000);
      await bench.rest();
    },
    turns: [],
  },
  {
    name: "a recogniser that fails",
    options: { settings: UNHURRIED, script: { hears: [new Error("The stage is down"), "hello"] } },
    run: async (bench) => {
      await bench.say();
      await bench.answered();
      await bench.rest();
    },
    turns: ["speech failed"],
  },
  {
    name: "a chat stage that fails",
    options: { settings: UNHURRIED },
    run: async (bench) => {
      const answer = failsOnce(ANSWER);
      bench.talk.server.script.says = () => {
        const said = answer();
        return said instanceof Error ? [said] : said;
      };
      await bench.say();
      await bench.answered();
      await bench.rest();
    },
    turns: ["speech failed"],
  },
  {
    name: "a chat stage that fails after its first sentence",
    run: async (bench) => {
      const { script } = bench.talk.server;
      script.says = () => ["One is here. ", "Two", new Error("The stage is down")];
      await bench.say();
      await bench.answered();
      await bench.rest();
      script.says = () => ANSWER;
    },
    turns: ["speech failed"],
  },
  {
    name: "a synthesiser that fails",
    run: async (bench) => {
      const { script } = bench.talk.server;
      script.speaksForMs = () => new Error("The stage is down");
      await bench.say();
      await bench.until("the turn", () => bench.turns.length === 1);
      await bench.rest();
      script.speaksForMs = () => 900;
    },
    turns: ["speech failed"],
  },
  {
    name: "a tool call",
    where: (firmware) => FIRMWARE_PROFILES[firmware].mcp,
    options: { script: { says: callsTool } },
    run: async (bench) => {
      await bench.turn();
      assert.equal(bench.device.board.volume, 30);
    },
    turns: ["speech completed"],
  },
  {
    name: "a device that loses its power in the reply",
    run: async (bench) => {
      await bench.say();
      await bench.answered(1000);
      bench.device.close();
      await bench.until("the end of the session", () => bench.serverState === "gone");
    },
    turns: ["speech interrupted"],
  },
  {
    name: "a device that connects again while its old connection lives",
    run: async (bench) => {
      const other = bench.newDevice();
      await bench.say(900, other);
      await bench.until("the answer", () => other.played.length > 3);
      await bench.turn();
      assert.deepEqual(other.violations, []);
      other.close();
    },
    turns: ["speech interrupted", "speech completed"],
  },
];

for (const firmware of FIRMWARES) {
  for (const mode of MODES) {
    for (const { name, options, where, run, turns } of SCENARIOS) {
      if (where?.(firmware, mode) === false) continue;
      Deno.test(`firmware ${firmware}, ${mode}: ${name}`, async () => {
        await using bench = new StrictBench({ ...options, firmware, mode });
        await run(bench);
        const expected = typeof turns === "function" ? turns(mode) : turns;
        const found = () => bench.turns.map(({ source, outcome }) => `${source} ${outcome}`);
        assert.deepEqual(found(), expected, bench.tail());
        await bench.turn();
        assert.deepEqual(found(), [...expected, "speech completed"]);
        assert.equal(bench.device.underruns, 0, bench.tail());
        bench.check();
      });
    }
  }
}

for (const mode of MODES) {
  for (const latencyMs of [20, 80, 150, 300]) {
    Deno.test(`${mode}, a network of ${latencyMs} ms: turns, an interruption and a turn`, async () => {
      await using bench = new StrictBench({ mode, latencyMs });
      await bench.turn();
      await bench.turn();
      await bench.say();
      await bench.answered(1000);
      await bench.run(bench.device.pressToggle());
      await bench.rest();
      await bench.turn();
      assert.deepEqual(bench.turns.map(({ outcome }) => outcome), ["completed", "completed", "interrupted", "completed"]);
      assert.equal(bench.device.underruns, 0);
      bench.check();
    });
  }

  Deno.test(`${mode}: a device may leave at any moment, and is served when it is back`, async () => {
    for (let leavesAfterMs = 0; leavesAfterMs < 6000; leavesAfterMs += 230) {
      await using bench = new StrictBench({ mode, latencyMs: 30, patienceMs: 20_000, script: { hearsAfterMs: 400, saysAfterMs: 200 } });
      bench.talk.clock.setTimeout(() => bench.device.close(), leavesAfterMs);
      // What the person meant to do fails wherever the device leaves before it is done.
      await bench.turn().catch(() => {});
      await bench.until("the end of the connection", () => !bench.device.connected);
      const outcomes = bench.turns.map(({ outcome }) => outcome);
      assert.ok(outcomes.every((outcome) => ["completed", "interrupted"].includes(outcome)), `${leavesAfterMs}: ${outcomes}`);
      await bench.until("the end of the session", () => bench.serverState === "gone");
      await bench.turn();
      bench.check();
    }
  });
}
