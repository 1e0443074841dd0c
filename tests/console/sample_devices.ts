/**
 * Devices as a household and its neighbours have them, for pictures and for pages that want to be full.
 *
 * @module
 */

import type { McpTool } from "../../protocol/mod.ts";
import { systemClock } from "../../base/clock.ts";
import { storedTurn } from "../routes/app_fixture.ts";
import { type ConsoleFixture, idOf } from "./console_fixture.ts";
import { fillTurns } from "./sample_turns.ts";

/** The device whose page is looked at. */
export const SAMPLE_ID: string = idOf(3);

/** Tools as stock firmware offers them. */
export const SAMPLE_TOOLS: readonly McpTool[] = [
  {
    name: "self.get_device_status",
    description: "Provides the real-time information of the device, including the current status of the audio speaker, screen and battery.",
    inputSchema: { type: "object", properties: {} },
  },
  {
    name: "self.audio_speaker.set_volume",
    description: "Set the volume of the audio speaker.",
    inputSchema: { type: "object", properties: { volume: { type: "integer", minimum: 0, maximum: 100 } }, required: ["volume"] },
  },
  {
    name: "self.screen.set_theme",
    description: "Set the theme of the screen.",
    inputSchema: { type: "object", properties: { theme: { type: "string", enum: ["light", "dark"] } }, required: ["theme"] },
  },
  {
    name: "self.light.configure",
    description: "Sets the light up.",
    inputSchema: {
      type: "object",
      properties: {
        on: { type: "boolean", default: true },
        brightness: { type: "number", minimum: 0, maximum: 1, description: "How bright" },
        label: { type: "string" },
        colours: { type: "array", items: { type: "string" } },
      },
      required: ["on", "label"],
    },
  },
];

/** Answers of those tools. */
export function sampleAnswer(name: string, args: Readonly<Record<string, unknown>>): { readonly text: string; readonly isError: boolean } {
  if (name === "self.get_device_status") {
    return {
      text: '{"audio_speaker":{"volume":65},"screen":{"brightness":70,"theme":"light"},"network":{"signal":"strong"}}',
      isError: false,
    };
  }
  return name === "self.screen.set_theme" && args.theme === "dark"
    ? { text: "Unknown theme", isError: true }
    : { text: "true", isError: false };
}

const STATES = ["listening", "speaking", "thinking", "idle", "vad", "recognizing", "listening", "persisting"] as const;
const NAMES: readonly (readonly [string, string])[] = [
  ["Kitchen radio", "Kitchen"],
  ["客厅小智", "客厅"],
  ["Bedside lamp", "Bedroom"],
  ["Workshop", "Ground floor"],
  ["Granny's talking clock with the very long name", "Living room"],
  ["书房", "书房"],
];
const BOARDS = ["bread-compact-wifi", "esp-box-3", "lichuang-dev", "m5stack-core-s3"] as const;

/** Connects `online` devices, and knows `offline` more that are away. */
export async function fillFleet(
  fx: ConsoleFixture,
  { online = 24, offline = 6 }: { online?: number; offline?: number } = {},
): Promise<void> {
  const clock = systemClock();
  const now = clock.wall();
  for (let number = 1; number <= online + offline; number++) {
    const deviceId = idOf(number);
    fx.console.seen({ deviceId, clientId: "client", remoteAddress: "192.168.1.20", seenAt: now, rssi: -45 - (number * 7) % 45 });
    fx.lifeCycle.registry.note({
      deviceId,
      clientId: "client",
      seenAt: now - (number > online ? number * 3_600_000 : 0),
      board: BOARDS[number % BOARDS.length]!,
      firmware: number % 3 === 0 ? "2.4.2" : "1.9.4",
    });
    if (number > online) continue;
    fx.change({
      deviceId,
      state: STATES[number % STATES.length]!,
      since: now - (number === 5 ? 180_000 : number * 1700),
      connectedAt: now - number * 61_000,
      mode: number % 3 === 0 ? "realtime" : "auto",
      tools: SAMPLE_TOOLS.map(({ name }) => name),
    });
    for (let turn = 0; turn < number % 9; turn++) {
      const firstFrameMs = 700 + (number * 37 + turn * 211) % 1400 + (number === 7 ? 3000 : 0);
      fx.console.tally.add(
        storedTurn({ turnId: `t${number}-${turn}`, deviceId, startedAt: now, timings: { speechEndMs: 0, firstFrameMs } }),
      );
    }
  }
  for (const [index, [name, room]] of NAMES.entries()) await fx.lifeCycle.registry.update(idOf(index + 1), { name, room });
  await fillTurns(fx, SAMPLE_ID);
}
