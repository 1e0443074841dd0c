/**
 * The `device` command without its surroundings: files, network and terminal are handed in.
 *
 * @module
 */

import { loadOpus } from "../../audio/opus/libopus.ts";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import { type CliOptions, parseCli, USAGE } from "./cli_options.ts";
import { VirtualDevice } from "./device.ts";
import { DeviceError } from "./errors.ts";
import { LiveLog } from "./live_log.ts";
import { askOta } from "./ota_client.ts";
import { FIRMWARE_PROFILES } from "./profile.ts";
import type { OpenSocket } from "./socket.ts";
import { encodeSpeech, playedWav } from "./speech_file.ts";
import { summarize } from "./summary.ts";
import { talk, type TalkOptions } from "./talk.ts";
import { ViolationLog } from "./violations.ts";

/** Rate at which replies are decoded and written: that of most boards' loudspeakers. */
const OUTPUT_RATE = 24_000;

/** The UUID of the virtual device; a real one makes its own once and keeps it. */
const CLIENT_ID = "00000000-0000-4000-8000-000000000001";

/** Exit codes. */
export const EXIT = { ok: 0, violations: 1, usage: 2, failed: 3 } as const;

/** What the command uses. */
export interface CommandEnvironment {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly openSocket: OpenSocket;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Writes a line for the person. */
  readonly print: (line: string) => void;
  /** Writes a line about something that went wrong. */
  readonly complain: (line: string) => void;
}

/** Runs the command. Returns its exit code. */
export async function runDeviceCommand(args: readonly string[], env: CommandEnvironment): Promise<number> {
  try {
    const options = parseCli(args);
    if (options === "help") {
      env.print(USAGE);
      return EXIT.ok;
    }
    return await converse(options, env);
  } catch (error) {
    env.complain(messageOf(error));
    const usage = error instanceof AppError && (error.code === "usage" || error.code === "file_unreadable");
    if (usage) env.complain("Run with --help for usage");
    return usage ? EXIT.usage : EXIT.failed;
  }
}

async function converse(options: CliOptions, env: CommandEnvironment): Promise<number> {
  const opus = await loadOpus();
  const words: TalkOptions["words"] = options.wav === undefined
    ? { text: options.text ?? "" }
    : { packets: await readSpeech(options.wav, env, opus) };
  const profile = FIRMWARE_PROFILES[options.firmware];
  const identity = { deviceId: options.deviceId, clientId: CLIENT_ID };
  const log = new LiveLog(env.print);
  const ota = new ViolationLog(env.clock, ({ message }) => env.print(`OTA: ${message}`));
  const server = options.url === undefined
    ? await askServer(`${options.server}/xiaozhi/ota/`, { profile, identity, violations: ota }, env)
    : { url: options.url, token: options.token, version: 1 };
  using decoder = await opus.decoder(OUTPUT_RATE);
  using device = new VirtualDevice({
    profile,
    mode: options.mode,
    identity,
    server,
    decoder,
    clock: env.clock,
    openSocket: env.openSocket,
    log: (entry) => log.add(entry),
  });
  const failure = await talk(device, { ...options, words }).then(() => undefined, (error: unknown) => messageOf(error));
  log.flush(env.clock.now());
  const violations = [...ota.violations, ...device.violations];
  for (const line of summarize(device, violations)) env.print(line);
  if (options.out !== undefined) await saveReply(options.out, device, env);
  if (failure !== undefined) env.complain(failure);
  return failure !== undefined ? EXIT.failed : violations.length > 0 ? EXIT.violations : EXIT.ok;
}

async function askServer(
  url: string,
  options: Omit<Parameters<typeof askOta>[0], "url" | "fetch">,
  env: CommandEnvironment,
): Promise<{ url: string; token: string; version: number }> {
  const answer = await askOta({ ...options, url, fetch: env.fetch });
  env.print(`OTA: connect to ${answer.url} with ${answer.token === "" ? "no token" : "a token"}, framing version ${answer.version}`);
  if (answer.activation !== undefined) env.print(`OTA: the server asks for activation with code ${answer.activation.code}`);
  return answer;
}

async function readSpeech(
  path: string,
  env: CommandEnvironment,
  opus: Parameters<typeof encodeSpeech>[1],
): Promise<Uint8Array<ArrayBuffer>[]> {
  try {
    return await encodeSpeech(await env.readFile(path), opus);
  } catch (cause) {
    throw new DeviceError(`Recording ${path} cannot be read: ${messageOf(cause)}`, { code: "file_unreadable", cause });
  }
}

async function saveReply(path: string, device: VirtualDevice, env: CommandEnvironment): Promise<void> {
  try {
    await env.writeFile(path, playedWav(device.played, OUTPUT_RATE));
  } catch (cause) {
    throw new DeviceError(`Reply cannot be written to ${path}: ${messageOf(cause)}`, { code: "file_unwritable", cause });
  }
  env.print(`Reply written to ${path}`);
}
