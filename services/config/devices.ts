/**
 * Section `devices`: who may connect, and how their sessions are kept.
 *
 * @module
 */

import { z } from "zod";
import { DEVICE_CHANNEL_MS } from "./limits.ts";

/** Firmware plays from a queue that older versions limit to 5 packets; what is sent further ahead is dropped there. */
const MAX_LEAD_FRAMES = 5;
const MAX_TOKEN_DAYS = 3650;
/** Two seconds after the last frame the person has begun to speak again. */
const MAX_STOP_TAIL_MS = 2000;
/** Devices answer with at most 8 KiB of MCP result; 1 MiB leaves room for every camera description. */
const MAX_TEXT_BYTES = 1_048_576;
/** Well above the largest Opus packet of 60 ms (3 frames of 1,275 bytes) with its header. */
const MAX_FRAME_BYTES = 65_536;

const deviceId = z.string().trim().toLowerCase().min(1).max(128).meta({ expects: "a device id, such as 11:22:33:aa:bb:cc" });
const origin = z.string().trim().toLowerCase().regex(/^(\*|null|https?:\/\/[^\s/]+)$/).meta({
  expects: "an origin without a path, such as http://192.168.1.5:8006, or *",
});
const leadFrames = z.int().min(0).max(MAX_LEAD_FRAMES);

/** Schema of the section. */
export const devicesSection = z.strictObject({
  allow: z.enum(["any", "known", "list"]).default("any").meta({
    description: "Which devices may connect: any, those with a session in the history (known), or those in devices.list",
  }),
  list: z.array(deviceId).default([]).meta({ description: "Device ids (MAC addresses) that may connect when devices.allow is list" }),
  token: z.enum(["auto", "required", "off"]).default("auto").meta({
    description: "Whether devices must show the token that OTA gave them; auto requires it when listening beyond this machine",
  }),
  tokenTtlDays: z.int().min(0).max(MAX_TOKEN_DAYS).default(0).meta({
    description: "Days for which a device token is good; 0 means for ever",
  }),
  origins: z.array(origin).default([]).meta({
    description:
      "Origins of web pages that may connect as devices, such as http://192.168.1.5:8006; * is any. The console's own needs none",
  }),
  helloTimeoutMs: z.int().min(1000).max(60_000).default(10_000).meta({
    description: "Milliseconds that a new connection may take to say hello; devices themselves wait 10,000 for the answer",
  }),
  idleTimeoutMs: z.int().min(5000).max(DEVICE_CHANNEL_MS - 1).default(60_000).meta({
    description: "Milliseconds without speech or speaking after which the session ends; devices drop silent channels at 120,000",
    expects: "an integer from 5000 to 119999, because devices give a silent channel up after 120000",
  }),
  silentMicMs: z.int().min(1000).max(DEVICE_CHANNEL_MS - 1).default(15_000).meta({
    description: "Milliseconds of listening without a single audio frame after which the connection counts as broken",
  }),
  goodbye: z.enum(["spoken", "silent"]).default("spoken").meta({
    description: "How an idle session ends: with a spoken goodbye, or silently",
  }),
  leadFrames: leadFrames.default(2).meta({
    description: "Frames sent ahead of playback: more rides out bad Wi-Fi, less suits small boards",
  }),
  stopTailMs: z.int().min(0).max(MAX_STOP_TAIL_MS).default(240).meta({
    description: "Milliseconds between the end of playback and tts stop, so that devices do not cut the last word",
  }),
  echoTailMs: z.int().min(0).max(MAX_STOP_TAIL_MS).default(200).meta({
    description: "Milliseconds of audio ignored after tts stop as echo, unless the device says listen start; not in realtime mode",
  }),
  maxTextBytes: z.int().min(1024).max(MAX_TEXT_BYTES).default(65_536).meta({
    description: "Longest text message that a device may send, in bytes",
  }),
  maxFrameBytes: z.int().min(256).max(MAX_FRAME_BYTES).default(8192).meta({
    description: "Longest audio frame that a device may send, in bytes",
  }),
  overrides: z.record(
    deviceId,
    z.strictObject({
      leadFrames: z.exactOptional(leadFrames),
      language: z.exactOptional(z.enum(["auto", "zh", "en"])),
      voice: z.exactOptional(z.string().min(1)),
      role: z.exactOptional(z.string().trim().min(1)),
    }).meta({ expects: "a map of leadFrames, language, voice and role" }),
  ).default({}).meta({
    description: "Settings of single devices: a map from device id to leadFrames, language, voice and role",
    expects: "a map from device id to leadFrames, language, voice and role",
  }),
});
