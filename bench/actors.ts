/**
 * What a connected device costs before any audio flows: `deno task bench -- actors [--quick]`.
 *
 * @module
 */

import type { ActorLoad, ActorOrder } from "./support/actor_load.ts";
import { startChild } from "./support/child.ts";
import { program } from "./support/paths.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { fixed } from "./support/stats.ts";

const DEVICES = quick ? 1000 : 10_000;
const TURNS = quick ? 500 : 4000;
const LONG_FRAMES = quick ? 31 : 51;
const REST_MS = quick ? 500 : 3000;

const ROWS = [
  { recorder: false, history: "memory", share: 1 },
  { recorder: true, history: "memory", share: 1 },
  { recorder: true, history: "sqlite", share: 5 },
] as const;

const METHOD = `
Method
- Each row is a process of its own: the real DeviceSupervisor, session and chart (a system and a root actor a device), with a link that
  counts, a server whose stages answer at once, a recogniser and decoder that do nothing, and the machine's clock.
- created: ${DEVICES} devices are accepted, say hello and are greeted, one after the other, until the last is ready; "of it accept" is the part
  until the actors have been started. stopped: all links close, until the last session is over. Time on the wall, so garbage is in it.
- heap, RSS: growth for each device that is ready and idle, after two garbage collections before and after; RSS once the process has come to rest.
- turn: ${TURNS} push-to-talk turns (listen start, 10 packets, listen stop, recognised, chat, one sentence of 1 frame, committed) on as many
  devices as may overlap, 200 at a time; CPU time of the main thread (in steps of 10 ms over the whole), garbage collected on it in it. frame:
  what each frame more costs, from the same with ${LONG_FRAMES} frames: encoder stream, pacing timer, framing, link. Encoding itself is not in it.
- history: SQLite on the disk of this folder, with a fifth of the devices and turns, since what is measured there is the disk: every session and
  every turn is committed there on the main thread; otherwise none is kept. recorder: each device's last records are kept.
`;

async function load(order: ActorOrder): Promise<ActorLoad> {
  const flags = ["--v8-flags=--expose-gc"];
  await using child = startChild(program("actor_load"), [JSON.stringify(order)], { permissions: "bench", flags });
  return await child.answer<ActorLoad>();
}

if (import.meta.main) {
  const rows: string[][] = [];
  for (const { recorder, history, share } of ROWS) {
    const { createdPerS, acceptedPerS, stoppedPerS, heapBytes, rssBytes, turnUs, frameUs } = await load({
      recorder,
      history,
      devices: DEVICES / share,
      turns: TURNS / share,
      longFrames: LONG_FRAMES,
      restMs: REST_MS,
    });
    rows.push([
      `${recorder ? "recorder" : "no recorder"}, history in ${history}`,
      ...[createdPerS, acceptedPerS, stoppedPerS].map((perS) => fixed(perS, 0)),
      fixed(heapBytes / 1000, 1),
      fixed(rssBytes / 1000, 1),
      fixed(turnUs, 0),
      fixed(frameUs, 0),
    ]);
  }
  printMethod("Device actors", METHOD);
  printTable(["", "created/s", "of it accept/s", "stopped/s", "heap kB", "RSS kB", "turn µs", "frame µs"], rows);
}
