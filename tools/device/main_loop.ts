/**
 * The firmware's main task: buttons, server messages, tool calls and microphone sends all run there, so whatever blocks it delays the rest.
 *
 * @module
 */

/** Runs tasks in order; while it is held they wait. */
export class MainLoop {
  #holds = 0;
  #waiting: { readonly task: () => void; readonly onDropped: () => void }[] = [];
  readonly #onFree: () => void;

  /** @param onFree Called whenever a hold ends and all waiting tasks have run. */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  /** Whether something blocks the loop. */
  get held(): boolean {
    return this.#holds > 0;
  }

  /** Runs `task` now, or when the loop is free again; `onDropped` instead when the device is switched off before. */
  run(task: () => void, onDropped: () => void = () => {}): void {
    if (this.held) this.#waiting.push({ task, onDropped });
    else task();
  }

  /** Blocks the loop until the returned function is called; calling it again does nothing. */
  hold(): () => void {
    this.#holds++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holds--;
      this.#drain();
    };
  }

  /** Forgets waiting tasks, as a reboot does. */
  clear(): void {
    const dropped = this.#waiting;
    this.#waiting = [];
    for (const { onDropped } of dropped) onDropped();
  }

  #drain(): void {
    while (!this.held && this.#waiting.length > 0) this.#waiting.shift()!.task();
    if (!this.held) this.#onFree();
  }
}
