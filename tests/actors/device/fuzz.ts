/**
 * Random conversations: a device that sends anything at any time, stages that do anything, and what must hold all the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { DeviceDeps } from "../../../actors/device/deps.ts";
import type { DevicesDrained } from "../../../actors/devices/device_supervisor.ts";
import type { Esp32Server } from "../../../services/esp32_server/stages.ts";
import { type Conversation, conversation, type ScriptedDevice } from "../../support/conversation.ts";
import { fakeVad } from "../../support/fake_audio.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { checkTurns } from "./strict_bench.ts";

/** Something that happens. */
interface Step {
  readonly happen: (world: World) => void | Promise<void>;
}

/** A conversation and the switches of its stages. */
interface World {
  readonly talk: Conversation;
  readonly device: ScriptedDevice;
  readonly script: ReturnType<typeof fakeServer>["script"];
  /** Whether stages go on although they are told to stop. */
  stubborn: boolean;
  /** How commits go. */
  commits: "well" | "late" | "never" | "badly";
  vadFails: boolean;
  /** Set once the process is about to end. */
  drain: Drain | undefined;
}

/** A drain under way. */
interface Drain {
  readonly finishMs: number;
  readonly report: Promise<DevicesDrained>;
}

/** Whatever happened, the device can hold a turn again within this time, or is disconnected. */
const RECOVERY_MS = 120_000;

/** Time that devices have to end when they are cut off. */
const CUT_MS = 2000;

const listen = (state: string, more: object = {}) => ({ session_id: "", type: "listen", state, ...more });

const MESSAGES: readonly (object | string)[] = [
  listen("start", { mode: "auto" }),
  listen("start", { mode: "manual" }),
  listen("start", { mode: "realtime" }),
  listen("start"),
  listen("stop"),
  listen("detect", { text: "小智" }),
  listen("detect", { text: "What is new?" }),
  listen("detect"),
  listen("text", { text: "再见" }),
  listen("nonsense"),
  { type: "abort" },
  { type: "abort", reason: "wake_word_detected" },
  { type: "hello", version: 1, transport: "websocket" },
  { type: "mcp", payload: { jsonrpc: "2.0", id: 1, result: { tools: [] } } },
  { type: "mcp", payload: { jsonrpc: "2.0", id: 3, error: { message: "no" } } },
  { type: "mcp", payload: [] },
  { type: "iot", states: [] },
  { type: "ping" },
  { type: "brand_new" },
  '{"type":"listen","state":"detect","text":"say "hi""}',
  "[]",
  "",
  "null",
];

const ANSWERS: readonly (readonly (string | Error)[])[] = [
  ["Fine."],
  [],
  ["One. ", "Two. ", "Three."],
  [new Error("down")],
  ["One. ", new Error("down")],
];

/** Times that stages take: at once, usual, beyond patience. */
const lateness = fc.constantFrom(0, 10, 400, 3000, 20_000, 70_000);

/** A happening for each value of `values`. */
function each<T>(name: string, values: fc.Arbitrary<T>, happen: (world: World, value: T) => void | Promise<void>): fc.Arbitrary<Step> {
  return values.map((value) => ({
    happen: (world) => happen(world, value),
    [fc.toStringMethod]: () => `${name} ${fc.stringify(value)}`,
  }));
}

const { constantFrom, tuple } = fc;

const happening: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: each("message", constantFrom(...MESSAGES), ({ device }, message) => device.send(message)) },
  {
    weight: 5,
    arbitrary: each("frames", tuple(constantFrom("speech", "silence"), fc.integer({ min: 1, max: 40 })), ({ device }, [kind, frames]) => {
      return device.record(kind, frames * 60);
    }),
  },
  { weight: 2, arbitrary: each("bytes", fc.uint8Array({ maxLength: 12 }), ({ device }, data) => device.frame(new Uint8Array(data))) },
  {
    weight: 1,
    arbitrary: each("say", fc.boolean(), ({ talk }, interrupt) => void talk.supervisor.say("aa:bb:cc:dd:ee:ff", "Dinner.", interrupt)),
  },
  { weight: 5, arbitrary: each("time", constantFrom(0, 1, 60, 500, 2000, 9000, 40_000), ({ talk }, ms) => talk.clock.advance(ms)) },
  {
    weight: 2,
    arbitrary: each("hears", tuple(constantFrom("hello", "", "再见", new Error("down")), lateness), ({ script }, [text, ms]) => {
      Object.assign(script, { hears: [text], hearsAfterMs: ms });
    }),
  },
  {
    weight: 2,
    arbitrary: each("says", tuple(constantFrom(...ANSWERS), lateness), ({ script }, [pieces, ms]) => {
      Object.assign(script, { says: () => pieces, saysAfterMs: ms });
    }),
  },
  {
    weight: 2,
    arbitrary: each("speaks", tuple(constantFrom(600, 0, 5000, 30, new Error("down")), lateness), ({ script }, [length, ms]) => {
      Object.assign(script, { speaksForMs: () => length, speaksAfterMs: ms });
    }),
  },
  {
    weight: 1,
    arbitrary: each("commits", constantFrom("well", "late", "never", "badly"), (world, how) => {
      world.commits = how;
    }),
  },
  {
    weight: 1,
    arbitrary: each("stubborn", fc.boolean(), (world, stubborn) => {
      world.stubborn = stubborn;
    }),
  },
  {
    weight: 1,
    arbitrary: each("buffered", constantFrom(0, 0, 100_000), ({ device }, bytes) => {
      device.buffered = bytes;
    }),
  },
  {
    weight: 1,
    arbitrary: each("the VAD fails", fc.constant(true), (world, fails) => {
      world.vadFails = fails;
    }),
  },
);

const drain = each("drain", constantFrom(0, 1000, RECOVERY_MS), (world, finishMs) => {
  world.drain = { finishMs, report: world.talk.supervisor.drain(finishMs, CUT_MS) };
});

/** What a conversation ends with: mostly nothing, else a drain and what the device makes of it. */
const ending: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: tuple(drain, fc.array(happening, { maxLength: 10, size: "max" })).map(([first, rest]) => [first, ...rest]) },
);

/** Takes part in a random conversation. */
export interface Witness {
  /** What the devices are handed. */
  readonly deps: Partial<DeviceDeps>;
  /** Called when the conversation is over and nothing is left of it. */
  over(): void;
}

/** A property that random conversations have; `attend` makes a witness of each. */
export function anyConversation(
  maxLength: number,
  attend?: (clock: VirtualClock) => Witness,
): fc.IAsyncProperty<[readonly Step[], readonly Step[]]> {
  return fc.asyncProperty(fc.array(happening, { maxLength, size: "max" }), ending, async (steps, end) => {
    const clock = new VirtualClock();
    const witness = attend?.(clock);
    await hold(clock, steps, end, witness?.deps);
    witness?.over();
  });
}

async function hold(clock: VirtualClock, steps: readonly Step[], end: readonly Step[], deps?: Partial<DeviceDeps>): Promise<void> {
  const inner = fakeServer(clock);
  const options = { stubborn: false, commits: "well", vadFails: false } as Pick<World, "stubborn" | "commits" | "vadFails">;
  await using talk = conversation({
    clock,
    deps: {
      server: withTemper(inner, () => options.stubborn),
      vad: fakeVad({ fails: () => options.vadFails }),
      ...deps,
    },
  });
  talk.history.onCommit = () => commit(clock, options.commits);
  const device = talk.connect();
  const world: World = Object.assign(options, { talk, device, script: inner.script, drain: undefined });
  await device.hello({ mcp: true });
  for (const { happen } of [...steps, ...end]) await happen(world);
  Object.assign(world, { stubborn: false, commits: "well" });
  Object.assign(inner.script, {
    hears: ["hello"],
    hearsAfterMs: 10,
    says: () => ["Fine."],
    saysAfterMs: 10,
    speaksForMs: () => 600,
    speaksAfterMs: 10,
  });
  device.buffered = 0;
  await (world.drain === undefined ? recovers(world) : leaves(world, world.drain));
  device.vanish();
  // Stages that do not stop when told to must not outlive the conversation either.
  await clock.advance(3 * 70_000);
  assert.equal(talk.supervisor.size, 0);
  assert.deepEqual(talk.log.messages("error").filter((line) => line.includes("crashed")), []);
  checkTurns(talk.history.turns);
  checkWire(device);
}

/** The device holds a whole turn, or was disconnected for a reason. */
async function recovers({ talk, device }: World): Promise<void> {
  const deadline = talk.clock.now() + RECOVERY_MS;
  while (talk.clock.now() < deadline) {
    if (device.closed !== undefined) return assert.notEqual(device.closed.reason, "");
    const before = talk.history.turns.length;
    device.listen("auto");
    await device.say();
    await talk.clock.advance(5000);
    if (talk.history.turns.slice(before).some(({ outcome, userText }) => outcome === "completed" && userText === "hello")) return;
  }
  assert.fail(`The device is stuck in ${device.state}`);
}

/** The device has been let go, and not been cut off where there was time for it to end by itself. */
async function leaves({ talk, device }: World, { finishMs, report }: Drain): Promise<void> {
  await talk.clock.advance(RECOVERY_MS + CUT_MS);
  assert.ok(device.closed !== undefined, `The device is stuck in ${device.state}`);
  assert.notEqual(device.closed.reason, "");
  const { cut } = await report;
  assert.ok(cut === 0 || finishMs < RECOVERY_MS, "The device was cut off");
}

/** What reaches the device is in order: replies one after the other, audio within replies. */
function checkWire(device: ScriptedDevice): void {
  let speaking = false;
  for (const line of device.log()) {
    if (line === "tts start") {
      assert.ok(!speaking, "a reply begins within another");
      speaking = true;
    } else if (line === "tts stop") speaking = false;
    else if (line.startsWith("frames") || line.startsWith("tts sentence") || line.startsWith("llm")) {
      assert.ok(speaking, `${line} outside a reply`);
    }
  }
}

async function commit(clock: VirtualClock, how: World["commits"]): Promise<void> {
  if (how === "badly") throw new Error("The disk is full");
  if (how === "never") return await new Promise(() => {});
  if (how === "late") await new Promise<void>((resolve) => clock.setTimeout(resolve, 8000));
}

/** A server whose stages go on, where `stubborn`, although they are told to stop. */
function withTemper(server: Esp32Server, stubborn: () => boolean): Esp32Server {
  const heard = <Options extends { readonly signal: AbortSignal }>(options: Options): Options =>
    stubborn() ? { ...options, signal: new AbortController().signal } : options;
  return {
    detectSpeech: (utterance, options) => server.detectSpeech(utterance, heard(options)),
    recognize: (utterance, options) => server.recognize(utterance, heard(options)),
    chat: (request, options) => server.chat(request, heard(options)),
    synthesize: (request, options) => server.synthesize(request, heard(options)),
    recentHistory: (...args) => server.recentHistory(...args),
    health: (...args) => server.health(...args),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
