/**
 * How late timers fire in this process while something runs.
 *
 * @module
 */

/** One timer's period, milliseconds. */
const PERIOD_MS = 5;

/** Runs `work` and gives the lateness of every firing of a 5 ms timer meanwhile, milliseconds, with what `work` gave. */
export async function watchLoop<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly lateMs: readonly number[] }> {
  const lateMs: number[] = [];
  let due = performance.now() + PERIOD_MS;
  let timer: ReturnType<typeof setTimeout>;
  const arm = () => {
    timer = setTimeout(() => {
      lateMs.push(Math.max(0, performance.now() - due));
      due = performance.now() + PERIOD_MS;
      arm();
    }, PERIOD_MS);
  };
  arm();
  try {
    return { result: await work(), lateMs };
  } finally {
    clearTimeout(timer!);
  }
}
