/**
 * The part of a device's recorder that one connection writes to.
 *
 * @module
 */

import type { AnyActor, InspectionEvent } from "xstate";
import type { ContextSummary } from "./context_summary.ts";
import type { DeviceRecorder } from "./recorder.ts";

/** XState's own way from actors to inspectors: one call an inspection event, before it is copied for each inspector. */
interface Inspected {
  _sendInspectionEvent?: (event: InspectionEvent) => void;
}

/** Records what one connection does; its records carry the connection's number. No method throws. */
export class RecordedConnection {
  readonly #recorder: DeviceRecorder;
  readonly #conn: number;

  constructor(recorder: DeviceRecorder, conn: number) {
    this.#recorder = recorder;
    this.#conn = conn;
  }

  /**
   * Records what an actor that is not started yet, and those below it, are told and do.
   *
   * An inspector costs a copy of each inspection event, more than writing the record; so the recorder stands in front of that copy, and is
   * an ordinary inspector where XState has no such place.
   *
   * @param summary Names what is kept of the actor's context; nothing without it.
   */
  watch(actor: AnyActor, summary?: ContextSummary): void {
    const recorder = this.#recorder;
    const conn = this.#conn;
    recorder.inspect({ type: "@xstate.actor", actorRef: actor, rootId: actor.sessionId } as InspectionEvent, conn);
    if (summary !== undefined) recorder.summarize(actor, summary);
    const system = actor.system as unknown as Inspected;
    const passOn = system._sendInspectionEvent;
    if (typeof passOn !== "function") {
      actor.system.inspect({ next: (event) => recorder.inspect(event, conn) });
      return;
    }
    system._sendInspectionEvent = (event) => {
      // Told for every action; the chart says as much.
      if (event.type !== "@xstate.action") recorder.inspect(event, conn);
      passOn(event);
    };
  }

  /** Takes what XState tells of an actor, for `createActor(machine, { inspect })`. */
  inspect(event: InspectionEvent): void {
    this.#recorder.inspect(event, this.#conn);
  }

  /** Records something that happened outside machines. */
  note(kind: string, data?: unknown): void {
    this.#recorder.note(kind, data, this.#conn);
  }

  /** Records that the connection's machine crashed. */
  failed(error: unknown): void {
    this.#recorder.failed(error, this.#conn);
  }
}
