/**
 * Speech programs a few at a time. Each keeps a core busy, so that fifty at once would all be late together, where fifty in a row are late
 * one after the other.
 *
 * @module
 */

import type { Programs } from "./programs.ts";

/** Programs of which at most `limit` run at a time; the others wait in the order of their call. A call that is aborted gives its place up. */
export function gatePrograms(programs: Programs, limit: number): Programs {
  let running = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    running--;
    waiting.shift()?.();
  };
  const enter = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener("abort", giveUp);
        running++;
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      if (running < limit) return start();
      signal.addEventListener("abort", giveUp, { once: true });
      waiting.push(start);
    });
  return {
    find: (name) => programs.find(name),
    async run(path, args, options) {
      await enter(options.signal);
      try {
        return await programs.run(path, args, options);
      } finally {
        leave();
      }
    },
  };
}
