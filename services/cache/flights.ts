/**
 * Loads under way, so that many who want the same cause one.
 *
 * @module
 */

interface Lane {
  running: Promise<unknown>;
  next?: Promise<unknown>;
}

/** Loads by what they are of. */
export class Flights {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #lanes = new Map<string, Lane>();

  /** Whether a load of that id is under way. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Joins the load of that id, or begins it. */
  join<T>(id: string, load: () => Promise<T>): Promise<T> {
    const running = this.#running.get(id);
    if (running !== undefined) return running as Promise<T>;
    const flight = begin(load).finally(() => this.#running.delete(id));
    this.#running.set(id, flight);
    return flight;
  }

  /**
   * Joins a load that has not begun yet, or begins one: while one is under way, all that come wait for a single next one. For readers who
   * cannot know what changed since the running one began.
   */
  after<T>(id: string, load: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(id);
    if (lane !== undefined) {
      return (lane.next ??= lane.running.then(() => this.#run(id, load), () => this.#run(id, load))) as Promise<T>;
    }
    return this.#run(id, load);
  }

  #run<T>(id: string, load: () => Promise<T>): Promise<T> {
    const running = begin(load);
    const lane: Lane = { running };
    this.#lanes.set(id, lane);
    const leave = () => {
      // Where a next one is about to begin, who comes until then joins that.
      if (lane.next === undefined) this.#lanes.delete(id);
    };
    running.then(leave, leave);
    return running;
  }
}

/** Calls `load`, whose throw becomes a rejection. */
// deno-lint-ignore require-await -- async is what makes it so
async function begin<T>(load: () => Promise<T>): Promise<T> {
  return load();
}
