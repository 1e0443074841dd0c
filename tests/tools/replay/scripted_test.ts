/**
 * Scripted conversations are recorded and replayed; charts that were changed are found out at the event that shows it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { deviceMachine } from "../../../actors/device/machine.ts";
import { deviceSetup } from "../../../actors/device/vocabulary.ts";
import { type DeviceSettings, deviceSettings } from "../../../actors/device/settings.ts";
import type { ChatEvent } from "../../../services/esp32_server/stages.ts";
import { configWith } from "../../../services/config/mod.ts";
import { readRecording } from "../../../services/recorder/read.ts";
import { type DeviceMachine, replay } from "../../../tools/replay/run.ts";
import { type Conversation, conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";
import { assertSame, fileOf, recordingOf, wholeRecorders } from "../../support/recorded.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

type Play = (device: ScriptedDevice, talk: Conversation) => Promise<void>;

interface Script {
  readonly options?: Pick<ConversationOptions, "script" | "settings">;
  readonly play: Play;
  /** States that the path must lead through, or the script does not test what it says. */
  readonly through: readonly string[];
}

const LONG = { script: { speaksForMs: () => 6000 } };

/** A device that listens. */
async function ready(device: ScriptedDevice, mode: "auto" | "manual" | "realtime" = "auto"): Promise<void> {
  await device.hello();
  device.listen(mode);
}

const detect = (text: string) => ({ session_id: "", type: "listen", state: "detect", text });

const SCRIPTS: Readonly<Record<string, Script>> = {
  "a question and its answer": {
    play: async (device, { clock }) => {
      await ready(device);
      await device.say();
      await clock.advance(5000);
    },
    through: ["vad", "recognizing.working", "replying.thinking", "replying.speaking.playing", "persisting"],
  },
  "a barge-in with words": {
    options: LONG,
    play: async (device, { clock }) => {
      await ready(device, "realtime");
      await device.say();
      await clock.advance(1500);
      await device.say();
      await clock.advance(9000);
    },
    through: ["replying.speaking.paused.hearing", "replying.speaking.paused.weighing.silent"],
  },
  "a cough into the reply": {
    options: { script: { ...LONG.script, hears: ["hello", ""] } },
    play: async (device, { clock }) => {
      await ready(device, "realtime");
      await device.say();
      await clock.advance(1500);
      await device.say(300);
      await clock.advance(9000);
    },
    through: ["replying.speaking.resuming"],
  },
  "an abort": {
    options: LONG,
    play: async (device, { clock }) => {
      await ready(device);
      await device.say();
      await clock.advance(1500);
      device.send({ type: "abort" });
      await clock.advance(1000);
    },
    through: ["replying.speaking.playing", "persisting"],
  },
  "an unfinished text that is waited for": {
    options: { script: { hears: ["hello and", "hello and goodbye"] } },
    play: async (device, { clock }) => {
      await ready(device);
      await device.say();
      await clock.advance(60);
      await device.say();
      await clock.advance(5000);
    },
    through: ["recognizing.settling"],
  },
  "a recogniser that fails, and one that hangs": {
    options: { script: { hears: [new Error("down"), "late"] } },
    play: async (device, talk) => {
      await ready(device);
      await device.say();
      await talk.clock.advance(5000);
      talk.server.script.hearsAfterMs = 90_000;
      device.listen("auto");
      await device.say();
      await talk.clock.advance(60_000);
    },
    through: ["replying.speaking.playing"],
  },
  "a model that fails and a commit that hangs": {
    options: { script: { says: () => [new Error("down")] } },
    play: async (device, { clock, history }) => {
      history.onCommit = () => new Promise(() => {});
      await ready(device);
      await device.say();
      await clock.advance(20_000);
    },
    through: ["persisting"],
  },
  "a reply that makes no progress": {
    options: LONG,
    play: async (device, { clock }) => {
      await ready(device);
      await device.say();
      await clock.advance(1500);
      device.buffered = 1_000_000;
      await clock.advance(60_000);
    },
    through: ["replying.speaking.playing"],
  },
  "a drain in the middle of a reply": {
    options: { script: { says: () => ["One is here. ", "Two is here."], speaksForMs: () => 2000 } },
    play: async (device, { clock, supervisor }) => {
      await ready(device);
      await device.say();
      await clock.advance(1000);
      const drained = supervisor.drain(10_000, 2000);
      await clock.advance(15_000);
      await drained;
    },
    through: ["device.closed"],
  },
  "a tool call of the model": {
    options: {
      script: {
        says: ({ messages }) =>
          messages.at(-1)!.role === "tool"
            ? ["Done."]
            : [{ type: "tool_call", call: { id: "a", name: "self_volume", arguments: {} } } satisfies ChatEvent],
      },
    },
    play: async (device, { clock }) => {
      await device.hello({ mcp: true });
      const answer = (id: number, result: object) => device.send({ session_id: "", type: "mcp", payload: { jsonrpc: "2.0", id, result } });
      answer(1, { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: { name: "board", version: "2" } });
      await clock.advance(0);
      answer(2, { tools: [{ name: "self.volume", description: "Volume", inputSchema: { type: "object", properties: {} } }] });
      await clock.advance(0);
      device.listen("auto");
      await device.say();
      await clock.advance(500);
      answer(3, { content: [{ type: "text", text: "ok" }], isError: false });
      await clock.advance(20_000);
    },
    through: ["replying.speaking.playing"],
  },
  "a wake word, typed text, a farewell": {
    play: async (device, { clock }) => {
      await device.hello();
      device.send(detect("小智"));
      device.listen("auto");
      await clock.advance(5000);
      device.send(detect("What is new?"));
      await clock.advance(5000);
      device.send(detect("再见"));
      await clock.advance(10_000);
    },
    through: ["replying.speaking.playing", "device.closed"],
  },
  "push to talk, and the owner who says something": {
    play: async (device, { clock, supervisor }) => {
      await ready(device, "manual");
      await device.record("speech", 900);
      device.send({ session_id: "", type: "listen", state: "stop" });
      await clock.advance(5000);
      supervisor.say("aa:bb:cc:dd:ee:ff", "Dinner.", false);
      await clock.advance(5000);
    },
    through: ["waiting.idle", "recognizing.working"],
  },
  "a device that is forgotten about": {
    play: async (device, { clock }) => {
      await ready(device);
      for (let s = 0; s < 200; s += 5) {
        await device.record("silence", 60);
        await clock.advance(5000);
      }
    },
    through: ["device.closed"],
  },
};

async function record({ options = {}, play }: Script, transcripts = false): Promise<string> {
  const clock = new VirtualClock();
  const recorders = wholeRecorders(clock, transcripts);
  {
    const hears = options.script?.hears;
    // The server takes texts off the list.
    const script = { ...options.script, ...(hears === undefined ? {} : { hears: [...hears] }) };
    await using talk = conversation({ clock, ...options, script, deps: { recorders } });
    await play(talk.connect(), talk);
  }
  return fileOf(recorders);
}

for (const [name, script] of Object.entries(SCRIPTS)) {
  Deno.test(`${name} replays to the same path, with and without the texts`, async () => {
    for (const transcripts of [false, true]) {
      const file = await record(script, transcripts);
      const report = replay(readRecording(file));
      assertSame(report);
      const states = report.sessions.flatMap(({ now }) => now.map(({ to }) => to));
      for (const state of script.through) assert.ok(states.some((id) => id.endsWith(state)), `${state} is not among ${states.join()}`);
      assert.equal(report.recordedHash, report.hash);
    }
  });
}

Deno.test("connections of one device that follow and replace each other are replayed each for itself", async () => {
  const clock = new VirtualClock();
  const recorders = wholeRecorders(clock);
  {
    await using talk = conversation({ clock, ...LONG, deps: { recorders } });
    const first = talk.connect();
    await ready(first);
    await first.say();
    await clock.advance(1000);
    const second = talk.connect();
    await ready(second);
    await second.say();
    await clock.advance(1000);
    second.vanish();
    await clock.advance(1000);
    await ready(talk.connect());
  }
  const report = replay(recordingOf(recorders));
  assertSame(report);
  assert.deepEqual(report.sessions.map(({ conn }) => conn), [1, 2, 3]);
});

Deno.test("settings that change during a connection are replayed as they changed", async () => {
  const clock = new VirtualClock();
  const recorders = wholeRecorders(clock);
  let revision = 0;
  const settingsFor = (deviceId: string): DeviceSettings => ({
    ...deviceSettings(configWith({}), deviceId),
    wake: revision === 0 ? "greet" : "listen",
    policyWaitMs: revision === 0 ? 0 : 400,
  });
  {
    await using talk = conversation({
      clock,
      script: { hears: ["hello and"] },
      deps: { recorders, settingsFor, settingsRevision: () => revision },
    });
    const device = talk.connect();
    await ready(device);
    for (; revision < 2; revision++) {
      device.send(detect("小智"));
      await clock.advance(5000);
      device.listen("auto");
      await device.say();
      await clock.advance(5000);
    }
  }
  const report = replay(recordingOf(recorders));
  assertSame(report);
  assert.equal(report.sessions[0]!.now.filter(({ to }) => to.endsWith("settling")).length, 1);
});

Deno.test("a conversation whose beginning was overwritten is not replayed, and the report says why", async () => {
  const file = await record(SCRIPTS["a question and its answer"]!);
  const [header, ...lines] = file.split("\n");
  const report = replay(readRecording([header, ...lines.slice(12)].join("\n")));
  assert.match(report.sessions[0]!.skipped ?? "", /beginning/);
});

/** The device machine with another configuration. */
function changed(change: (ready: Config, config: Config) => void): DeviceMachine {
  const config = copy(deviceMachine.config) as Config;
  change(config.states.ready.states, config);
  return deviceSetup.createMachine(config as never) as unknown as DeviceMachine;
}

// deno-lint-ignore no-explicit-any
type Config = any;

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

async function differenceOf(name: string, machine: DeviceMachine) {
  const report = replay(readRecording(await record(SCRIPTS[name]!)), machine);
  assert.notEqual(report.recordedHash, report.hash);
  const [session] = report.sessions;
  return session!.difference;
}

Deno.test("a copy of the chart takes the same path", async () => {
  const report = replay(readRecording(await record(SCRIPTS["an abort"]!)), changed(() => {}));
  assertSame(report);
});

Deno.test("a transition that was removed is reported at the event that it answered", async () => {
  const difference = await differenceOf("an abort", changed((ready) => delete ready.replying.on.ABORT));
  assert.deepEqual([difference?.event, difference?.now.event], ["ABORT", undefined]);
  assert.deepEqual([difference?.recorded.to, difference?.now.to], ["device.ready.persisting", "device.ready.replying.speaking.playing"]);
  assert.deepEqual(difference?.recorded.guards.slice(0, 1), [{ guard: "hasNextTurn", result: false }]);
});

Deno.test("a guard that was removed is reported with what the guards answered then and answer now", async () => {
  const difference = await differenceOf(
    "a cough into the reply",
    changed((ready) => ready.replying.states.speaking.states.paused.states.hearing.on.SPEECH_ENDED.shift()),
  );
  assert.equal(difference?.event, "SPEECH_ENDED");
  assert.ok(difference?.recorded.guards.some(({ guard }) => guard === "mayHaveWords"), JSON.stringify(difference));
  assert.ok(!difference?.now.guards.some(({ guard }) => guard === "mayHaveWords"), JSON.stringify(difference));
});

Deno.test("a transition that is new is reported at the event that nothing answered", async () => {
  const difference = await differenceOf(
    "a question and its answer",
    changed((ready) => ready.vad.on.SPEECH_PAUSED = { target: "deciding", actions: "dropTurn" }),
  );
  assert.deepEqual([difference?.event, difference?.now.to], ["SPEECH_PAUSED", "device.ready.deciding"]);
});

Deno.test("a watchdog that was removed, and one that is much shorter, are reported", async () => {
  const name = "a recogniser that fails, and one that hangs";
  const without = await differenceOf(name, changed((ready) => delete ready.recognizing.after));
  assert.match(without?.event ?? "", /^xstate\.after\.recognizingLimit/);
  const shorter = await differenceOf(
    name,
    changed((ready) => ready.recognizing.after = { 2000: ready.recognizing.after.recognizingLimit }),
  );
  assert.match(shorter?.event ?? "", /^xstate\.after\.2000/);
  assert.match(shorter?.now.to ?? "", /replying\.thinking/);
});

Deno.test("a chart that crashes now is reported with why", async () => {
  const difference = await differenceOf(
    "an abort",
    changed((ready) =>
      ready.replying.on.ABORT = {
        actions: () => {
          throw new Error("Broken");
        },
      }
    ),
  );
  assert.ok(difference?.crash !== undefined, JSON.stringify(difference));
  assert.equal(difference.event, "ABORT");
});
