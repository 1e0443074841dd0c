/**
 * A process full of device sessions: takes an `ActorOrder` as its argument and prints an `ActorLoad`. Needs `--v8-flags=--expose-gc`.
 *
 * @module
 */

import process from "node:process";
import { getLogger } from "@logtape/logtape";
import { deviceSettings } from "../../actors/device/settings.ts";
import { type ConnectionHandlers, DeviceSupervisor } from "../../actors/devices/device_supervisor.ts";
import { systemClock } from "../../base/clock.ts";
import { createIds } from "../../base/ids.ts";
import { systemRandom } from "../../base/random.ts";
import { configWith } from "../../services/config/mod.ts";
import type { HistoryStore } from "../../services/history/store.ts";
import { openSqliteHistory } from "../../services/history/sqlite.ts";
import { RecorderHub } from "../../services/recorder/hub.ts";
import { fakeDecoder, fakeEncoder, fakeVad, packet } from "../../tests/support/fake_audio.ts";
import { fakeHistory } from "../../tests/support/fake_history.ts";
import { fakeServer } from "../../tests/support/fake_server.ts";
import { print } from "../../tools/output.ts";
import { benchDir } from "./paths.ts";

/** What is loaded. */
export interface ActorOrder {
  readonly recorder: boolean;
  readonly history: "memory" | "sqlite";
  readonly devices: number;
  readonly turns: number;
  /** Frames of the longer answer; the shorter has one. */
  readonly longFrames: number;
  /** Before memory is measured, milliseconds: after a burst of garbage V8 hands it back for some seconds. */
  readonly restMs: number;
}

/** What it cost. */
export interface ActorLoad {
  readonly createdPerS: number;
  readonly acceptedPerS: number;
  readonly stoppedPerS: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly turnUs: number;
  readonly frameUs: number;
}

/** Turns at the same time. */
const AT_ONCE = 200;
/** Packets of a question. */
const QUESTION = 10;

const HELLO = JSON.stringify({
  type: "hello",
  version: 1,
  transport: "websocket",
  features: {},
  audio_params: { format: "opus", sample_rate: 16000, channels: 1, frame_duration: 60 },
});
const listen = (state: "start" | "stop") => JSON.stringify({ session_id: "", type: "listen", state, mode: "manual" });
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Device {
  readonly handlers: ConnectionHandlers;
  /** Resolves at the next text of the server that holds `what`. */
  next(what: string): Promise<void>;
}

async function run(order: ActorOrder): Promise<ActorLoad> {
  await using dir = await benchDir();
  const clock = systemClock();
  const logger = getLogger(["bench"]);
  await using history = order.history === "sqlite" ? await openSqliteHistory({ dataDir: dir.path, clock, logger }) : forgetful();
  const random = systemRandom();
  const server = fakeServer(clock, { hearsAfterMs: 0, saysAfterMs: 0, speaksAfterMs: 0, speaksForMs: () => frames * 60 });
  let frames = 1;
  const settings = deviceSettings(configWith({}), "");
  const supervisor = new DeviceSupervisor({
    clock,
    logger,
    newTurnId: createIds(clock, random),
    newSessionId: () => random.uuid(),
    loadDecoders: () => Promise.resolve(fakeDecoder),
    vad: fakeVad(),
    encoder: fakeEncoder(),
    server,
    history,
    ...(order.recorder ? { recorders: new RecorderHub({ clock, appVersion: "bench", maxDevices: order.devices }) } : {}),
    settingsFor: () => settings,
  });

  const devices: Device[] = [];
  const before = await memory(order.restMs);
  const createdFrom = performance.now();
  const greeted: Promise<void>[] = [];
  let acceptMs = 0;
  for (let index = 0; index < order.devices; index++) {
    const from = performance.now();
    const device = connect(supervisor, index);
    acceptMs += performance.now() - from;
    greeted.push(device.next("hello"));
    device.handlers.onText(HELLO);
    devices.push(device);
  }
  await Promise.all(greeted);
  const createdMs = performance.now() - createdFrom;
  const after = await memory(order.restMs);

  await turns(devices, AT_ONCE, server.asked);
  const short = await turns(devices, order.turns, server.asked);
  frames = order.longFrames;
  const long = await turns(devices, Math.ceil(order.turns / 5), server.asked);

  const stoppedFrom = performance.now();
  for (const { handlers } of devices) handlers.onClosed({ code: 1006, reason: "", byUs: false });
  await supervisor.stop(10_000);
  const perS = (ms: number) => order.devices * 1000 / ms;
  return {
    createdPerS: perS(createdMs),
    acceptedPerS: perS(acceptMs),
    stoppedPerS: perS(performance.now() - stoppedFrom),
    heapBytes: (after.heap - before.heap) / order.devices,
    rssBytes: (after.rss - before.rss) / order.devices,
    turnUs: short,
    frameUs: (long - short) / (order.longFrames - 1),
  };
}

function connect(supervisor: DeviceSupervisor, index: number): Device {
  let awaited: { readonly what: string; readonly resolve: () => void } | undefined;
  const handlers = supervisor.accept({
    connectionId: `connection-${index}`,
    sendText: (text) => {
      if (awaited !== undefined && text.includes(awaited.what)) awaited.resolve();
    },
    sendBinary: () => {},
    bufferedAmount: () => 0,
    close: () => {},
  }, { deviceId: `device-${index}`, clientId: "client", protocolVersion: 1, remoteAddress: "127.0.0.1" });
  return { handlers, next: (what) => new Promise((resolve) => awaited = { what, resolve }) };
}

/** Microseconds of the main thread's CPU a turn. */
async function turns(
  devices: readonly Device[],
  count: number,
  asked: Record<"utterances" | "chats" | "spoken", unknown[]>,
): Promise<number> {
  const from = process.threadCpuUsage();
  let begun = 0;
  const one = async (lane: number) => {
    for (let at = lane; begun < count; at += AT_ONCE) {
      begun++;
      await turn(devices[at % devices.length]!);
      // The fake notes everything it is asked, which a server would not.
      asked.utterances.length = asked.chats.length = asked.spoken.length = 0;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, devices.length) }, (_, lane) => one(lane)));
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / begun;
}

async function turn({ handlers, next }: Device): Promise<void> {
  handlers.onText(listen("start"));
  for (let at = 0; at < QUESTION; at++) handlers.onBinary(packet("speech"));
  const stop = next('"stop"');
  handlers.onText(listen("stop"));
  await stop;
  // The commit follows the stop.
  await wait(5);
}

async function memory(restMs: number): Promise<{ heap: number; rss: number }> {
  const { gc } = globalThis as unknown as { gc: () => void };
  for (let round = 0; round < 2; round++) {
    gc();
    await wait(restMs / 2);
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed, rss };
}

/** A history that keeps nothing. */
function forgetful(): HistoryStore {
  return { ...fakeHistory(), openSession: done, closeSession: done, draftTurn: done, commitTurn: done };
}

function done(): Promise<void> {
  return Promise.resolve();
}

if (import.meta.main) {
  print(`${JSON.stringify(await run(JSON.parse(Deno.args[0] ?? "{}") as ActorOrder))}\n`);
  Deno.exit();
}
