/**
 * The recorder of one device: always on, cheap, bounded; read when somebody wants to know what happened.
 *
 * @module
 */

import type { ActorRefLike, AnyStateMachine, InspectedEventEvent, InspectedMicrostepEvent, InspectionEvent, StateValue } from "xstate";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { describe } from "../charts/describe.ts";
import { type ContextSummary, ContextWatch, type KeptContext } from "./context_summary.ts";
import { RecordingFollower } from "./follower.ts";
import { MAX_PLAIN, PlainPayloads, type PlainSlot } from "./plain.ts";
import { LineWriter, type RecordingHeader, type RecordKind, type Slot } from "./record.ts";
import { RecordedConnection } from "./connection.ts";
import { type Redacted, Redactor } from "./redact.ts";
import { Ring } from "./ring.ts";
import { RECORDING_SCHEMA } from "./schema.ts";

/** Records kept: about ten minutes of conversation at six turns a minute and thirty records a turn. */
export const DEFAULT_RECORDS = 2_048;
/** Memory a device may hold, bytes; a record takes about 300, so that the number of records usually decides. */
export const DEFAULT_RECORD_BYTES = 1_024 * 1_024;
/** Estimated cost of a record before its data, bytes: a slot of twenty fields and four plain values. */
const RECORD_BYTES = 224;
/** Records that are looked through for the event that a machine did not answer: more than one event leads to at once. */
const LOOK_BACK = 64;
/** Longer event types are cut: they are this program's own words, so a longer one is a fault. */
const MAX_TYPE = 128;

/** What a {@link DeviceRecorder} needs. */
export interface RecorderOptions {
  readonly deviceId: string;
  readonly clock: Clock;
  /** Version of this program, for the header. */
  readonly appVersion: string;
  /** @default {DEFAULT_RECORDS} */
  readonly records?: number;
  /** @default {DEFAULT_RECORD_BYTES} */
  readonly bytes?: number;
  /** Whether what people and the assistant say is recorded; else only its length. @default {false} */
  readonly transcripts?: boolean;
}

/** What the recorder knows of an actor. XState's own session ids differ from run to run, so they are never shown. */
interface Known {
  readonly name: string;
  readonly machine: AnyStateMachine | undefined;
  value: StateValue | undefined;
  /** Absent where nothing is kept of its context. */
  context: ContextWatch | undefined;
}

/** The parts of any actor's snapshot that are recorded. */
interface ActorSnapshot {
  readonly status?: string;
  readonly value?: StateValue;
  readonly context?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** Records what one device's actors do. No method throws. */
export class DeviceRecorder {
  /** The device. */
  readonly deviceId: string;
  readonly #clock: Clock;
  readonly #ring: Ring;
  readonly #redactor: Redactor;
  readonly #plain: PlainPayloads;
  readonly #scratch: PlainSlot = { keys: undefined, values: Array(MAX_PLAIN).fill(undefined) };
  readonly #appVersion: string;
  readonly #startedAt: number;
  readonly #epoch: number;
  readonly #known = new WeakMap<object, Known>();
  #machine: AnyStateMachine | undefined;
  #machineHash: string | undefined;
  #connections = 0;
  /** When the last event came. */
  #eventAt: number;
  #faults = 0;
  #lastFault = "";

  constructor(options: RecorderOptions) {
    this.deviceId = options.deviceId;
    this.#clock = options.clock;
    this.#appVersion = options.appVersion;
    this.#ring = new Ring(options.records ?? DEFAULT_RECORDS, options.bytes ?? DEFAULT_RECORD_BYTES);
    this.#redactor = new Redactor(options.transcripts ?? false);
    this.#plain = new PlainPayloads(this.#redactor);
    this.#startedAt = this.#eventAt = options.clock.now();
    this.#epoch = options.clock.wall();
  }

  /** Number that the next record gets; a viewer polls from it. */
  get next(): number {
    return this.#ring.next;
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Whether texts are recorded from now on; what was left out before stays so. */
  set transcripts(on: boolean) {
    this.#redactor.transcripts = on;
  }

  /** What one connection of the device writes to. */
  connection(): RecordedConnection {
    return new RecordedConnection(this, ++this.#connections);
  }

  /**
   * Takes what XState tells of an actor: `createActor(machine, { inspect })`. It never throws: XState would put the actor in error, or the
   * sender. {@link RecordedConnection.watch} costs less.
   *
   * @param conn Number of the connection.
   */
  readonly inspect = (event: InspectionEvent, conn = 0): void => {
    try {
      this.#inspect(event, conn);
    } catch (error) {
      this.#fault(error);
    }
  };

  /** Says what is to be kept of the context of an actor that is not started yet. */
  summarize(actor: ActorRefLike, summary: ContextSummary): void {
    this.#actor(actor).context = new ContextWatch(summary);
  }

  /** Records something that happened outside machines: `note("vad", { probability: 0.8 })`. */
  note(kind: string, data?: unknown, conn = 0): void {
    try {
      this.#redactor.bytes = 0;
      if (kind === "guard" && isAnswer(data)) {
        const slot = this.#write("note", "", kind, undefined, conn);
        slot.guard = data.guard;
        slot.answer = data.result;
      } else this.#write("note", "", kind, data === undefined ? undefined : this.#redactor.redact(data), conn);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** Records that the device's machine itself crashed: XState tells observers of the actor, and inspectors nothing. */
  failed(error: unknown, conn = 0): void {
    try {
      this.#redactor.bytes = 0;
      this.#write("error", this.#machine?.id ?? "", "crash", this.#redactor.redact(error, "error"), conn);
    } catch (fault) {
      this.#fault(fault);
    }
  }

  /**
   * The recording as NDJSON: a header, then one line a record, oldest first.
   *
   * @param after Only records with a higher number; the header comes all the same.
   */
  *lines(after = -1): Iterable<string> {
    const { first, next } = this.#ring;
    const writer = new LineWriter();
    yield JSON.stringify(this.header());
    for (let seq = Math.max(first, after + 1); seq < next; seq++) {
      // A slow reader may be overtaken; what it missed is missing from the numbers.
      const slot = this.#ring.at(seq);
      if (slot !== undefined) yield JSON.stringify(writer.line(slot, this.#startedAt, this.#epoch));
    }
  }

  /** A reader that goes on where it stopped; it never is further behind than `backlog` records. */
  follow(backlog: number): RecordingFollower {
    return new RecordingFollower(this.#ring, { startedAt: this.#startedAt, epoch: this.#epoch, backlog });
  }

  /** The first line of the recording. */
  header(): RecordingHeader {
    const machine = this.#machine;
    return {
      kind: "header",
      schema: RECORDING_SCHEMA,
      app: this.#appVersion,
      device: this.deviceId,
      ...(machine === undefined ? {} : { machine: { id: machine.id, hash: this.#machineHash ??= describe(machine).hash } }),
      epoch: this.#epoch,
      dropped: this.#ring.first,
      ...(this.#faults === 0 ? {} : { faults: { count: this.#faults, last: this.#lastFault } }),
    };
  }

  #inspect(inspected: InspectionEvent, conn: number): void {
    const { type } = inspected;
    if (type === "@xstate.microstep") return this.#step(inspected, conn);
    if (type === "@xstate.event") return this.#event(inspected, conn);
    if (type === "@xstate.snapshot") {
      const { snapshot, event } = inspected as { snapshot: ActorSnapshot; event: { type: string } };
      if (snapshot.status !== "active" || event.type === "xstate.init") {
        this.#snapshot(this.#actor(inspected.actorRef), snapshot, event.type, conn);
      }
    } else if (type === "@xstate.actor") {
      const { name, machine } = this.#actor(inspected.actorRef);
      this.#redactor.bytes = 0;
      this.#write("actor", name, "start", machine === undefined ? undefined : { machine: machine.id }, conn);
    }
  }

  #event({ event, sourceRef, actorRef }: InspectedEventEvent, conn: number): void {
    // The start of an actor has its own record, and a promise tells its parent what it tells itself.
    if (event.type === "xstate.init" || event.type.startsWith("xstate.promise.")) return;
    const actor = this.#actor(actorRef);
    const at = this.#eventAt = this.#clock.now();
    this.#redactor.bytes = 0;
    const sender = sourceRef === undefined ? undefined : this.#actor(sourceRef).name;
    const isPlain = this.#plain.take(event, event.type, this.#scratch);
    const slot = this.#write("event", actor.name, event.type, isPlain ? undefined : this.#redactor.payload(event), conn, at);
    slot.sender = sender;
    if (isPlain && this.#scratch.keys !== undefined) {
      slot.keys = this.#scratch.keys;
      for (let index = 0; index < slot.keys.length; index++) slot.values[index] = this.#scratch.values[index];
    }
  }

  /** The step's time is that of the event it answers: both happen in one go, and reading the clock is a third of the cost. */
  #step({ event, snapshot, actorRef, _transitions }: InspectedMicrostepEvent, conn: number): void {
    const actor = this.#actor(actorRef);
    this.#redactor.bytes = 0;
    if (event.type === "xstate.stop") return void this.#write("actor", actor.name, "stop", undefined, conn);
    if (_transitions.length === 0) return this.#ignored(actor, event.type);
    const { value, context } = snapshot as ActorSnapshot;
    const kept = this.#context(actor, context);
    const slot = this.#write("step", actor.name, event.type, undefined, conn, this.#eventAt);
    if (kept !== undefined) setContext(slot, actor, kept);
    slot.machine = actor.machine;
    slot.fromValue = actor.value;
    slot.toValue = value;
    slot.transitions = _transitions;
    actor.value = value;
  }

  /** Marks the event that no transition answered; others may have been told since, by what the one before it led to. */
  #ignored({ name }: Known, type: string): void {
    const { next } = this.#ring;
    for (let seq = next - 1; seq >= next - LOOK_BACK; seq--) {
      const slot = this.#ring.at(seq);
      if (slot === undefined) return;
      if (slot.kind !== "event" || slot.type !== type || slot.actor !== name) continue;
      slot.ignored = true;
      return;
    }
  }

  #snapshot(actor: Known, snapshot: ActorSnapshot, event: string, conn: number): void {
    this.#redactor.bytes = 0;
    if (event === "xstate.init" && actor.machine !== undefined) {
      const kept = this.#context(actor, snapshot.context);
      const slot = this.#write("step", actor.name, event, undefined, conn);
      if (kept !== undefined) setContext(slot, actor, kept);
      slot.machine = actor.machine;
      slot.toValue = snapshot.value;
      actor.value = snapshot.value;
    }
    if (snapshot.status === "done") this.#write("done", actor.name, event, this.#redactor.redact(snapshot.output, "output"), conn);
    else if (snapshot.status === "error") this.#write("error", actor.name, event, this.#redactor.redact(snapshot.error, "error"), conn);
  }

  /** A summary that fails must not cost the step. */
  #context({ context: watch }: Known, context: unknown): KeptContext | undefined {
    if (watch === undefined) return undefined;
    try {
      return watch.take(context, this.#redactor);
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  #write(kind: RecordKind, actor: string, type: string, data: Redacted | undefined, conn: number, at = this.#clock.now()): Slot {
    const slot = this.#ring.claim(RECORD_BYTES + this.#redactor.bytes);
    slot.at = at;
    slot.conn = conn;
    slot.kind = kind;
    slot.actor = actor;
    slot.type = type.length > MAX_TYPE ? type.slice(0, MAX_TYPE) : type;
    slot.sender = undefined;
    slot.ignored = false;
    slot.guard = undefined;
    slot.data = data;
    slot.keys = undefined;
    slot.machine = undefined;
    slot.fromValue = undefined;
    slot.toValue = undefined;
    slot.transitions = undefined;
    slot.context = undefined;
    return slot;
  }

  #actor(ref: ActorRefLike): Known {
    const known = this.#known.get(ref);
    if (known !== undefined) return known;
    const { id, src, logic, _parent } = ref as unknown as { id: string; src?: unknown; logic?: unknown; _parent?: ActorRefLike };
    const machine = isMachine(logic) ? logic : undefined;
    // Ids like `0.device.thinking` and `x:7` are XState's own; the name of the source says what it is.
    const own = /^(\d+\.|x:\d+$)/.test(id) && typeof src === "string" ? src : id;
    const added: Known = {
      name: _parent === undefined ? machine?.id ?? own : `${this.#actor(_parent).name}/${own}`,
      machine,
      value: undefined,
      context: undefined,
    };
    if (_parent === undefined && machine !== undefined) {
      this.#machine = machine;
      this.#machineHash = undefined;
    }
    this.#known.set(ref, added);
    return added;
  }

  #fault(error: unknown): void {
    this.#faults++;
    this.#lastFault = messageOf(error).slice(0, MAX_TYPE);
  }
}

function setContext(slot: Slot, { context }: Known, kept: KeptContext): void {
  slot.context = kept;
  slot.contextKeys = context?.keys ?? [];
}

function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === "object" && logic !== null && "root" in logic && "idMap" in logic;
}

function isAnswer(data: unknown): data is { readonly guard: string; readonly result: boolean } {
  return typeof data === "object" && data !== null && "guard" in data && "result" in data && typeof data.guard === "string" &&
    typeof data.result === "boolean";
}
