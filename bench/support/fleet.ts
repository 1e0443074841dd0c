/**
 * A fleet of virtual devices in a process of its own: takes a `FleetOrder` as its argument and prints a `FleetReport`.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { FIRMWARE_PROFILES, type OpenSocket, webSocketClient } from "../../tools/device/mod.ts";
import { askOta } from "../../tools/device/ota_client.ts";
import { ViolationLog } from "../../tools/device/violations.ts";
import { print } from "../../tools/output.ts";
import { FleetDevice } from "./fleet_device.ts";
import type { FleetOrder, FleetProgress, FleetReport } from "./fleet_messages.ts";
import { phaseMs } from "./phases.ts";
import { type QuestionFile, unpackQuestion } from "./speech.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** How long a device waits for its connection and its hello, milliseconds: as long as the firmware does. */
const CONNECT_MS = 10_000;
/** How long all of them may take, milliseconds: a server that answers none would otherwise be asked for hours. */
const CONNECT_ALL_MS = 60_000;

async function soon(connecting: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No hello within ${CONNECT_MS} ms`)), CONNECT_MS);
  try {
    await Promise.race([connecting, late.promise]);
  } finally {
    clearTimeout(timer);
    connecting.catch(() => {});
  }
}

/** Opens the connection of a device: where it was told to, or where it is told to when it asks. */
function opener(order: FleetOrder, open: OpenSocket, index: number): OpenSocket {
  return async (request, handlers) => {
    const { mode, otaUrl } = order;
    if (mode === "pacer") return await open({ ...request, url: `${request.url}?phase=${phaseMs(index)}` }, handlers);
    if (otaUrl === undefined) return await open(request, handlers);
    const answer = await askOta({
      url: otaUrl,
      profile: FIRMWARE_PROFILES["2.4"],
      identity: request,
      violations: new ViolationLog(systemClock()),
      fetch,
      signal: AbortSignal.timeout(CONNECT_MS),
    });
    // The answer may name the machine's address in its network; this is for the machine itself.
    const url = new URL(answer.url);
    url.hostname = new URL(otaUrl).hostname;
    return await open({ ...request, url: url.href, token: answer.token }, handlers);
  };
}

async function run(order: FleetOrder): Promise<FleetReport> {
  const clock = systemClock();
  const question = unpackQuestion(JSON.parse(await Deno.readTextFile(order.questionFile)) as QuestionFile);
  const open = webSocketClient({ clock });
  const devices = Array.from({ length: order.devices }, (_, index) => new FleetDevice(order, question, clock, index));
  let connected = 0;
  let failed = 0;
  let refusal: string | undefined;
  const report = () => {
    const turns = devices.reduce((sum, device) => sum + device.turns.length, 0);
    print(`${JSON.stringify({ progress: { connected, refused: failed, turns } satisfies FleetProgress })}\n`);
  };
  if (order.progressMs !== undefined) setInterval(report, order.progressMs);
  const giveUpAt = clock.now() + CONNECT_ALL_MS;
  const live: FleetDevice[] = [];
  for (const [index, device] of devices.entries()) {
    try {
      if (clock.now() > giveUpAt) throw new Error(`Not tried: the ${index} before took more than ${CONNECT_ALL_MS} ms`);
      await soon(device.connect(opener(order, open, index)));
      connected++;
      live.push(device);
    } catch (error) {
      failed++;
      refusal ??= messageOf(error);
    }
  }
  live.forEach((device, index) => setTimeout(() => device.begin(), order.spreadMs * index / live.length + phaseMs(index)));
  if (order.mode !== "talk") await wait(order.spreadMs);
  const from = performance.timeOrigin + clock.now();
  const finished = Promise.all(live.map((device) => device.done));
  await (order.mode === "talk" ? Promise.race([finished, wait(order.lastMs)]) : wait(order.lastMs));
  const to = performance.timeOrigin + clock.now();
  for (const device of devices) device.leave();
  const round = (ms: number) => Math.round(ms * 100) / 100;
  return {
    devices: devices.map((device) => device.turns.map((turn) => ({ ...turn, frames: turn.frames.map(round) }))),
    lost: failed + live.filter((device) => device.lost).length,
    refused: failed,
    ...(refusal === undefined ? {} : { refusal }),
    from,
    to,
  };
}

if (import.meta.main) {
  print(`${JSON.stringify(await run(JSON.parse(Deno.args[0] ?? "{}") as FleetOrder))}\n`);
  // Sockets that the server holds on to would keep the process.
  Deno.exit();
}
