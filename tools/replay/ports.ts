/**
 * The world of a chart in a replay: it does nothing, and answers what the recording says it answered.
 *
 * @module
 */

import type { DevicePorts } from "../../actors/device/ports.ts";
import { Turn } from "../../actors/device/turn.ts";
import type { RecordLine } from "../../services/recorder/record.ts";
import type { ReplayClock } from "./clock.ts";
import { transcriptOf } from "./revive.ts";

/** How far apart what was answered and what is asked may be to belong together, milliseconds. */
const NEAR_MS = 50;

type Data = Readonly<Record<string, unknown>>;

/** What a world needs. */
export interface ReplayWorldOptions {
  readonly clock: ReplayClock;
  readonly records: readonly RecordLine[];
  /** When nothing says how long the device has been idle, milliseconds. */
  readonly idleTimeoutMs: number;
  readonly note: (kind: string, data?: Data) => void;
}

/** The ports of a replay, and what turns know from outside the chart. */
export class ReplayWorld implements DevicePorts {
  readonly #options: ReplayWorldOptions;
  readonly #turns = new Map<string, Turn>();
  readonly #farewells = new Map<string, boolean>();
  readonly #answers = new Map<string, RecordLine[]>();
  #made = 0;

  constructor(options: ReplayWorldOptions) {
    this.#options = options;
    for (const record of options.records) {
      const about = aboutOf(record);
      if (about === undefined) continue;
      const list = this.#answers.get(about);
      if (list === undefined) this.#answers.set(about, [record]);
      else list.push(record);
    }
  }

  /** Lets turns know what they knew when this was recorded. */
  learn({ kind, type, data }: RecordLine): void {
    const { turnId, text, final, farewell } = (data ?? {}) as Data;
    const turn = typeof turnId === "string" ? this.#turns.get(turnId) : undefined;
    if (turn === undefined) return;
    if (kind === "event" && type === "REPLY_HEARD") turn.mark("firstFrameMs");
    if (kind !== "note") return;
    if (type === "farewell") turn.farewell = true;
    if (type !== "transcript") return;
    turn.recognized(transcriptOf(text, final === true));
    this.#farewells.set(turn.id, farewell === true);
  }

  newTurn: DevicePorts["newTurn"] = (source, { text = "", turnId, agoMs = 0 } = {}) => {
    const { clock } = this.#options;
    const noted = this.#answer(`turn ${source}`);
    const id = turnId ?? (typeof noted?.id === "string" ? noted.id : `now-${++this.#made}`);
    const turn = new Turn({ turnId: id, sessionId: "replay", deviceId: "replay", source, clock, sinceMs: agoMs });
    if (source === "say") turn.announcement = text;
    else turn.userText = text;
    this.#farewells.set(id, noted?.farewell === true);
    this.#turns.set(id, turn);
    return turn;
  };

  isFarewell: DevicePorts["isFarewell"] = (turn) => this.#farewells.get(turn.id) ?? false;

  isStuck: DevicePorts["isStuck"] = () => this.#answer("isStuck")?.result === true;

  idleInMs: DevicePorts["idleInMs"] = () => {
    const inMs = this.#answer("idle")?.inMs;
    return typeof inMs === "number" ? inMs : this.#options.idleTimeoutMs;
  };

  note: DevicePorts["note"] = (kind, data) => this.#options.note(kind, data);

  prepare: DevicePorts["prepare"] = () => Promise.resolve();
  recognize: DevicePorts["recognize"] = () => Promise.resolve();
  persist: DevicePorts["persist"] = () => Promise.resolve();
  startReply: DevicePorts["startReply"] = () => ({ [Symbol.dispose]: () => {} });
  welcome(): void {}
  openMic(): void {}
  resumeMic(): void {}
  closeMic(): void {}
  endSpeech(): void {}
  speculate(): void {}
  forgetSpeculation(): void {}
  holdReply(): void {}
  resumeReply(): void {}
  finishSentence(): void {}
  quiet(): void {}
  closeLink(): void {}
  touch(): void {}
  report(): void {}

  /** The next answer of the recording that was given about now. */
  #answer(about: string): Data | undefined {
    const list = this.#answers.get(about) ?? [];
    const now = this.#options.clock.now();
    while (list.length > 0 && list[0]!.t / 1_000 < now - NEAR_MS) list.shift();
    if (list.length === 0 || list[0]!.t / 1_000 > now + NEAR_MS) return undefined;
    return list.shift()!.data as Data;
  }
}

function aboutOf({ kind, type, data }: RecordLine): string | undefined {
  if (kind !== "note") return undefined;
  const { source, guard } = (data ?? {}) as Data;
  if (type === "idle") return "idle";
  if (type === "turn") return `turn ${String(source)}`;
  return type === "guard" && guard === "isStuck" ? "isStuck" : undefined;
}
