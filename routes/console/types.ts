/**
 * What the console and the server say to each other: the shapes alone, so that browser code can share them.
 *
 * @module
 */

import type { z } from "zod";
import type { RecordingHeader, RecordLine } from "../../services/recorder/record.ts";
import type { Role } from "../../services/sign_in/sessions.ts";
import type { StoredTurn } from "../../services/history/store.ts";
import type { RuleId } from "../../services/alerts/alert.ts";
import type { changeSchema, flagSchema, outcomeSchema } from "../api/config.ts";
import type { deviceChangesSchema, deviceSchema, erasedSchema, importReportSchema, sessionSchema } from "../api/schemas.ts";

export type { Role } from "../../services/sign_in/sessions.ts";

/** Who looks at the console: the answer of `/console/session`. */
export interface SessionInfo {
  /** Absent for somebody who has to sign in. */
  readonly role?: Role;
  /** How that is known: somebody at this machine needs no session, and cannot sign out. */
  readonly by?: "local" | "session" | "password";
  readonly version: string;
  /** Whether devices, sessions and turns below `/api` are served. */
  readonly api: boolean;
}

/** A device as the fleet shows it. */
export interface FleetDevice {
  readonly id: string;
  /** Whether this server has its socket at this moment. */
  readonly online: boolean;
  readonly name?: string;
  readonly alias?: string;
  readonly room?: string;
  readonly board?: string;
  readonly firmware?: string;
  /** What it is doing, such as `listening`; while it is online. */
  readonly state?: string;
  /** Since when, Unix milliseconds. */
  readonly since?: number;
  /** Unix milliseconds; while it is online. */
  readonly connectedAt?: number;
  /** Unix milliseconds of its latest contact. */
  readonly lastSeenAt?: number;
  /** How it listens; once it has. */
  readonly mode?: "auto" | "manual" | "realtime";
  readonly address?: string;
  /** Number of tools that it offers. */
  readonly tools: number;
  /** Strength of its Wi-Fi when it last started, dBm. */
  readonly rssi?: number;
  /** Turns since midnight. */
  readonly turns: number;
  /** From the end of speech to the first frame of the answer, milliseconds, of its latest turns, oldest first. */
  readonly latencies: readonly number[];
  /** How often its actor crashed since the server began. */
  readonly restarts: number;
  /** Rules of the server's active alerts that are about it, such as `device_stuck`; absent where there are none. */
  readonly alerts?: readonly RuleId[];
}

/** What is new of a device; null takes a value away, what is absent stands. */
export type FleetChange = { readonly id: string } & { readonly [Key in Exclude<keyof FleetDevice, "id">]?: FleetDevice[Key] | null };

/** A message of `/api/console/feed`. */
export type FeedMessage =
  /** The whole fleet, at the beginning. `now` is the server's time, Unix milliseconds. */
  | { readonly type: "snapshot"; readonly now: number; readonly devices: readonly FleetDevice[] }
  /** What has changed since the last message. `skipped` intermediate changes were left out, because the viewer was slow. */
  | {
    readonly type: "change";
    readonly now: number;
    readonly devices: readonly FleetChange[];
    readonly gone: readonly string[];
    readonly skipped: number;
  };

/** A message of `/api/console/devices/{id}/records`. `now` is the server's time, Unix milliseconds. */
export type RecordsMessage =
  /** The recording that what follows belongs to. `again` where only its description has changed; else it is another one than before. */
  | { readonly type: "header"; readonly now: number; readonly header: RecordingHeader; readonly again: boolean }
  /** Records, oldest first. `missed` before them were left out; with `more`, the next message follows at once. */
  | {
    readonly type: "records";
    readonly now: number;
    readonly missed: number;
    readonly more: boolean;
    readonly records: readonly RecordLine[];
  };

/** A tool of a device. */
export interface DeviceTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a device runs with: the answer of `/api/devices/{id}/settings`. */
export interface DeviceSettingsInfo {
  /** Role that holds now: the chosen one, else the configured one; empty for none. */
  readonly role: string;
  /** Role that was chosen at run time. */
  readonly chosenRole?: string;
  /** Names of all roles. */
  readonly roles: readonly string[];
  readonly language: string;
  readonly voice?: string;
  /** Instructions to the chat stage, those of the role included. */
  readonly prompt: string;
  /** What a wake word does. */
  readonly wake: "greet" | "listen" | "answer";
  /** What a wake word is answered with, where the role says so. */
  readonly wakeReply?: string;
  readonly endpointing: { readonly silenceMs: number; readonly minSilenceMs: number; readonly maxSilenceMs: number };
  readonly leadFrames: number;
  /** Who does the stages now, by name in the configuration, the first choice first. */
  readonly providers?: Readonly<Record<"recognize" | "chat" | "synthesize", readonly string[]>>;
}

/** A device that this server knows, as `/api/devices/{id}` tells. */
export type Device = z.infer<typeof deviceSchema>;

/** What may be changed of a device. */
export type DeviceChanges = z.infer<typeof deviceChangesSchema>;

/** A turn, as `/api/turns/{id}` tells. */
export interface Turn extends Omit<StoredTurn, "audioFiles"> {
  /** Addresses of its audio, as far as audio was kept. */
  readonly audio: { readonly user?: string; readonly reply?: string };
}

/** A page of a list. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** How much was erased with a device. */
export type Erased = z.infer<typeof erasedSchema>;

/** A flag, as `/api/flags` tells. */
export type Flag = z.infer<typeof flagSchema>;

/** A change of the configuration, as `/api/config/changes` tells. */
export type ConfigChange = z.infer<typeof changeSchema>;

/** What became of a change. */
export type ConfigOutcome = z.infer<typeof outcomeSchema>;
/** A session, as `/api/sessions` tells. */
export type Session = z.infer<typeof sessionSchema>;

/** What became of the lines of a file, as `/api/import` tells. */
export type ImportReport = z.infer<typeof importReportSchema>;
