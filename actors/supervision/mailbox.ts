/**
 * One thing after another: what happens to a supervisor is dealt with in order, as OTP's supervisors do it.
 *
 * @module
 */

/** Work in steps; each promise that it yields is waited for, and must not reject. */
export type Steps<T = void> = Generator<Promise<unknown>, T, void>;

/** Runs tasks one at a time. A task that waits for nothing is done within the call that posted it, unless another is under way. */
export class Mailbox {
  readonly #tasks: (() => Steps)[] = [];
  #busy = false;

  /** Adds a task; resolves when it is done. What a task throws becomes an unhandled rejection. */
  post(task: () => Steps): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#tasks.push(function* () {
      yield* task();
      done.resolve();
    });
    if (!this.#busy) this.#next();
    return done.promise;
  }

  #next(): void {
    this.#busy = true;
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      if (!this.#advance(task())) return;
    }
    this.#busy = false;
  }

  /** Goes on with a task; false when it waits, and goes on by itself. */
  #advance(steps: Steps): boolean {
    let step: IteratorResult<Promise<unknown>, void>;
    try {
      step = steps.next();
    } catch (error) {
      // A callback of the owner threw. That is for the process to hear of; the next task is done all the same.
      Promise.reject(error);
      return true;
    }
    if (step.done === true) return true;
    const goOn = () => {
      if (this.#advance(steps)) this.#next();
    };
    step.value.then(goOn, goOn);
    return false;
  }
}
