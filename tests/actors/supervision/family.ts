/**
 * Children that do as a test says, and a journal of what became of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { AnyChildSpec, ServiceSpec, SupervisorEvent } from "../../../actors/supervision/child_spec.ts";
import { Supervisor, type SupervisorOptions } from "../../../actors/supervision/supervisor.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** What may be different in a child. */
export interface MemberOptions extends Partial<Omit<ServiceSpec, "id" | "start">> {
  /** How the next starts go; those after them go well. */
  readonly starts?: ("well" | "badly" | "never")[];
  /** How long it takes to stop, milliseconds; for ever where undefined is given. */
  readonly stopsInMs?: number | undefined;
  /** What a bad start fails with. */
  readonly error?: Error;
}

/** A family of services under a supervisor, on virtual time. */
export class Family {
  readonly clock = new VirtualClock();
  readonly events: SupervisorEvent[] = [];
  /** `+a` is up, `-a` has stopped, `!a` has been killed. */
  journal: string[] = [];
  /** Lives under way, by id. */
  readonly live = new Map<string, number>();
  /** The most lives of a child at a time. */
  mostLives = 0;
  readonly #fail = new Map<string, (reason: unknown) => void>();
  readonly #end = new Map<string, () => void>();

  /** A supervisor of this family. */
  supervisor(options: Partial<SupervisorOptions> = {}): Supervisor {
    return new Supervisor({ clock: this.clock, onEvent: (event) => this.events.push(event), ...options });
  }

  /** A child. */
  member(id: string, options: MemberOptions = {}): ServiceSpec {
    const { starts = [], error = new Error(`${id} cannot start`), ...rest } = options;
    const slow = "stopsInMs" in rest;
    const { stopsInMs, ...spec } = rest;
    return {
      restart: "permanent",
      ...spec,
      id,
      start: async (signal) => {
        const how = starts.shift() ?? "well";
        if (how === "badly") throw error;
        if (how === "never") await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        signal.throwIfAborted();
        this.#count(id, 1);
        this.journal.push(`+${id}`);
        let over = false;
        const leave = (mark: string) => {
          if (over) return;
          over = true;
          this.#count(id, -1);
          this.journal.push(`${mark}${id}`);
        };
        signal.addEventListener("abort", () => leave("!"));
        const { promise, reject, resolve } = Promise.withResolvers<void>();
        this.#fail.set(id, reject);
        this.#end.set(id, resolve);
        return {
          finished: promise,
          [Symbol.asyncDispose]: async () => {
            if (slow && stopsInMs === undefined && !signal.aborted) await new Promise<void>(() => {});
            if (stopsInMs !== undefined && !signal.aborted) {
              await new Promise<void>((done) => this.clock.setTimeout(done, stopsInMs));
            }
            leave("-");
          },
        };
      },
    };
  }

  /** A child crashes. */
  crash(id: string, reason: unknown = new Error(`${id} crashed`)): Promise<void> {
    this.#fail.get(id)?.(reason);
    return this.clock.advance(0);
  }

  /** A child ends by itself. */
  end(id: string): Promise<void> {
    this.#end.get(id)?.();
    return this.clock.advance(0);
  }

  /** What was journalled since this was last asked. */
  news(): string {
    const news = this.journal.join(" ");
    this.journal = [];
    return news;
  }

  /** Nothing lives any more, and no timer is armed. */
  assertGone(): void {
    assert.deepEqual([...this.live].filter(([, count]) => count !== 0), []);
    assert.equal(this.clock.armed, 0);
  }

  #count(id: string, by: number): void {
    const lives = (this.live.get(id) ?? 0) + by;
    this.live.set(id, lives);
    this.mostLives = Math.max(this.mostLives, lives);
  }
}

/** A supervisor of `members`, started. */
export async function started(
  family: Family,
  options: Partial<SupervisorOptions>,
  members: readonly AnyChildSpec[],
): Promise<Supervisor> {
  const supervisor = family.supervisor(options);
  const ready = supervisor.startAll(members);
  await family.clock.advance(0);
  await ready;
  return supervisor;
}
