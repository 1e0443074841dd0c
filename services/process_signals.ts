/**
 * What the operating system, or a person at the terminal, tells the process: end, or end now.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** Signals that end the process. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** What a shell reports for a process that a signal ended: 128 and the number of the signal. */
const SIGNAL_EXIT: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * A signal that comes again within this time is the same: Ctrl+C reaches the whole process group, and `deno task` passes on what it got,
 * which the server then has twice. Nobody presses twice this fast without having seen what the first did, milliseconds.
 */
const ECHO_MS = 1000;

/** The part of Deno that is used. */
export interface SignalSource {
  addSignalListener(signal: EndSignal, handler: () => void): void;
  removeSignalListener(signal: EndSignal, handler: () => void): void;
}

/** What has been told. Disposing of it gives the signals back to the system. */
export interface ProcessSignals extends Disposable {
  /** The first signal: end in good order. */
  readonly first: Promise<EndSignal>;
  /** A later one: end at once, with this exit code. */
  readonly second: Promise<{ readonly signal: EndSignal; readonly code: number }>;
}

/**
 * Listens for signals from now on.
 *
 * @param onReload What SIGHUP asks of a daemon, instead of its end. Must not throw.
 */
export function watchSignals(
  clock: Clock,
  source: SignalSource = Deno,
  os: string = Deno.build.os,
  onReload?: () => void,
): ProcessSignals {
  const first = Promise.withResolvers<EndSignal>();
  const second = Promise.withResolvers<{ signal: EndSignal; code: number }>();
  let firstAt: number | undefined;
  // A terminal that is closed sends SIGHUP, which Windows does not have in this sense.
  const signals: readonly EndSignal[] = os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (signal === "SIGHUP" && onReload !== undefined) onReload();
      else if (firstAt === undefined) {
        firstAt = clock.now();
        first.resolve(signal);
      } else if (clock.now() - firstAt >= ECHO_MS) second.resolve({ signal, code: SIGNAL_EXIT[signal] });
    };
    source.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]: () => {
      for (const { signal, handler } of handlers) source.removeSignalListener(signal, handler);
    },
  };
}
