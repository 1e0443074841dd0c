/**
 * Feeds what came from outside in a recording to the charts as they are now.
 *
 * @module
 */

import { type AnyActor, createActor } from "xstate";
import type { DeviceActorEvent } from "../../actors/device/events.ts";
import { deviceMachine } from "../../actors/device/machine.ts";
import { type ChartSettings, type DeviceSettings, deviceSettings } from "../../actors/device/settings.ts";
import { describe } from "../../services/charts/describe.ts";
import { configWith } from "../../services/config/mod.ts";
import type { Recording } from "../../services/recorder/read.ts";
import type { RecordLine } from "../../services/recorder/record.ts";
import { DeviceRecorder } from "../../services/recorder/recorder.ts";
import { ReplayClock } from "./clock.ts";
import { compare, type Difference } from "./compare.ts";
import { childOf, DONE, FAILED, waiting } from "./mocks.ts";
import { ReplayWorld } from "./ports.ts";
import { errorOf, revive } from "./revive.ts";
import { FED, isEvent, type PathStep, recordedPath, type RecordedSession, replayedPath, ROOT, sessionsOf } from "./session.ts";

/** The machine of devices, or one that was changed. */
export type DeviceMachine = typeof deviceMachine;

/** What became of one connection. */
export interface ReplayedSession {
  /** Number of the connection in the recording. */
  readonly conn: number;
  /** Why it was not replayed; its paths are empty then. */
  readonly skipped?: string;
  readonly recorded: readonly PathStep[];
  readonly now: readonly PathStep[];
  /** Where the paths part; absent where they are the same. */
  readonly difference?: Difference;
}

/** What became of a recording. */
export interface ReplayReport {
  readonly device: string;
  /** Version of the program that recorded. */
  readonly app: string;
  /** Hash of the machine that was recorded, where its actor had started, and of the one that was replayed. */
  readonly recordedHash?: string;
  readonly hash: string;
  /** Whether the recording's last line was cut off. */
  readonly cut: boolean;
  readonly sessions: readonly ReplayedSession[];
}

/**
 * Replays every connection that the recording holds from its beginning on. Records are fed at their own times: what the device, the
 * microphone, the owner and a reply told the chart, how invoked actors ended, and which timers fired. The answers of ports come from the
 * recording, those of guards from the chart.
 */
export function replay(recording: Recording, machine: DeviceMachine = deviceMachine): ReplayReport {
  const { hash } = describe(machine);
  const { app, device, machine: recorded } = recording.header;
  const hasSameEdges = recorded?.hash === hash;
  const sessions = sessionsOf(recording).filter(({ records }) => records.some(isEvent)).map((session) => {
    const { conn, problem } = session;
    if (problem !== undefined) return { conn, skipped: problem, recorded: [], now: [] };
    const replayed = replaySession(session, machine, recording.header.epoch);
    const difference = compare(session.records, replayed, hasSameEdges);
    const paths = { recorded: recordedPath(session.records), now: replayedPath(replayed) };
    return { conn, ...paths, ...(difference === undefined ? {} : { difference }) };
  });
  return { device, app, ...(recorded === undefined ? {} : { recordedHash: recorded.hash }), hash, cut: recording.cut, sessions };
}

/** The records of a replay. */
function replaySession({ records }: RecordedSession, machine: DeviceMachine, epoch: number): RecordLine[] {
  const settings = settingsOf(records);
  const named = new WeakSet<object>();
  const clock = new ReplayClock(epoch, () => timerType(actor, named));
  // Everything that happens in a replay is kept: it is bounded by the recording.
  const recorder = new DeviceRecorder({
    deviceId: "replay",
    clock,
    appVersion: "replay",
    records: 4 * records.length + 64,
    bytes: Number.MAX_SAFE_INTEGER,
  });
  const world = new ReplayWorld({
    clock,
    records,
    idleTimeoutMs: settings.idleTimeoutMs,
    note: (kind, data) => recorder.note(kind, data),
  });
  const mocks = { prepare: waiting, recognize: waiting, reply: waiting, persist: waiting };
  const actor: AnyActor = createActor(machine.provide({ actors: mocks as never }), {
    id: "device",
    clock,
    input: { ports: world, settings },
  });
  recorder.connection().watch(actor);
  actor.subscribe({ error: (error) => recorder.failed(error) });
  const overdue = (ms: number, seq: number) => {
    while (clock.fireOverdue(ms, () => recorder.note(FED, { seq: seq - 0.5 })));
    clock.moveTo(ms);
  };
  for (const [index, record] of records.entries()) {
    const ms = record.t / 1_000;
    overdue(ms, record.seq);
    world.learn(record);
    if (isSettings(record)) Object.assign(settings, settingsIn(record));
    if (record.kind === "step" && record.type === "xstate.init" && record.actor === ROOT) {
      recorder.note(FED, { seq: record.seq });
      actor.start();
    } else if (record.kind === "actor" && record.type === "stop" && record.actor === ROOT) {
      actor.stop();
    } else if (isEvent(record)) {
      recorder.note(FED, { seq: record.seq });
      Object.assign(settings, changeOf(records, index));
      feed(actor, clock, record);
    }
  }
  actor.stop();
  return [...recorder.lines()].slice(1).map((line) => JSON.parse(line));
}

function feed(actor: AnyActor, clock: ReplayClock, { type, from, data, t }: RecordLine): void {
  if (type.startsWith("xstate.after.")) return void clock.fire(type, t / 1_000);
  const end = /^xstate\.(done|error)\.actor\./.exec(type)?.[1];
  if (end === undefined) return actor.send({ ...(revive(data ?? {}) as object), type } as DeviceActorEvent);
  const child = childOf(actor.getSnapshot().children, from?.split("/").at(-1) ?? "");
  child?.send(end === "done" ? { type: DONE } : { type: FAILED, error: errorOf(data) });
}

/** The type of the event that the timer sends which the actor is arming. */
function timerType(actor: AnyActor, named: WeakSet<object>): string {
  const scheduled = Object.values(actor.system.getSnapshot()._scheduledEvents).find((each) => !named.has(each));
  if (scheduled === undefined) return "";
  named.add(scheduled);
  return scheduled.event.type;
}

/** The settings that began to hold with an event: they are noted when something first reads them. */
function changeOf(records: readonly RecordLine[], index: number): Partial<DeviceSettings> {
  for (let at = index + 1; at < records.length && !isEvent(records[at]!); at++) {
    if (isSettings(records[at]!)) return settingsIn(records[at]!);
  }
  return {};
}

function isSettings({ kind, type }: RecordLine): boolean {
  return kind === "note" && type === "settings";
}

function settingsOf(records: readonly RecordLine[]): DeviceSettings {
  return settingsIn(records.find(isSettings)!);
}

function settingsIn({ data }: RecordLine): DeviceSettings {
  const { maxUtteranceMs, voiceBargeIn, ...chart } = data as unknown as Partial<ChartSettings>;
  const defaults = deviceSettings(configWith({}), "replay");
  return {
    ...defaults,
    ...chart,
    uplink: { ...defaults.uplink, ...(maxUtteranceMs === undefined ? {} : { maxUtteranceMs }) },
    features: { ...defaults.features, ...(voiceBargeIn === undefined ? {} : { voiceBargeIn }) },
  };
}
