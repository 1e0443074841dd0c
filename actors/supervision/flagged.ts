/**
 * A child that runs while a flag is on.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { type ChildSpec, type RunningService, type ServiceSpec, SHUTDOWN_MS } from "./child_spec.ts";
import { type Instance, launch } from "./instance.ts";

/** On or off, and news of it; a flag of the configuration, see `services/config/live/gate.ts`. */
export interface ChildGate {
  isOn(): boolean;
  onChange(listener: () => void): Disposable;
  /** What the child is made from, as text; where it changes, a child that runs is stopped and started anew. */
  version?(): string;
}

/** What can be had or not: actors and services. A supervisor's children are flagged one by one. */
export type FlaggableSpec = ChildSpec | ServiceSpec;

/** What {@link flagged} needs. */
export interface FlaggedOptions {
  readonly gate: ChildGate;
  readonly clock: Clock;
}

/**
 * The same child, running only while its flag is on: turned off it is stopped in good order within its limit, turned on it is started. Its
 * crashes are its supervisor's business as ever. While it is off the child counts as up, since nothing is missing.
 */
export function flagged(spec: FlaggableSpec, { gate, clock }: FlaggedOptions): ServiceSpec {
  const { id, restart, shutdown, significant, optional, kind } = spec;
  return {
    id,
    restart,
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(significant === undefined ? {} : { significant }),
    ...(optional === undefined ? {} : { optional }),
    ...(kind === undefined ? {} : { kind }),
    ...(spec.onDown === undefined ? {} : { onDown: (reason) => spec.onDown?.(reason) }),
    ...("startMs" in spec && spec.startMs !== undefined ? { startMs: spec.startMs } : {}),
    start: (signal) => run(spec, gate, clock, signal),
  };
}

async function run(spec: FlaggableSpec, gate: ChildGate, clock: Clock, signal: AbortSignal): Promise<RunningService> {
  const end = Promise.withResolvers<void>();
  end.promise.catch(() => {});
  let child: Instance | undefined;
  let over = false;
  /** The version that the child was made from. */
  let made = gate.version?.();
  /** Grows with each start and each stop. */
  let life = 0;
  let work: Promise<void> = Promise.resolve();
  const launched = async () => {
    // An actor that is stopped says that it has ended, too.
    const mine = ++life;
    const exits = {
      crashed: (reason: unknown) => life === mine && end.reject(reason),
      ended: () => life === mine && end.resolve(),
    };
    child = launch(spec, exits, noSupervisor);
    await child.ready;
  };
  const halted = async () => {
    const instance = child;
    child = undefined;
    life++;
    if (instance !== undefined) await halt(instance, spec, clock);
  };
  const settle = async () => {
    const isWanted = gate.isOn() && !over;
    const version = gate.version?.();
    if (!isWanted || version !== made) await halted();
    made = version;
    if (isWanted && child === undefined) await launched();
  };
  const news = gate.onChange(() => {
    work = work.then(settle).catch((reason) => end.reject(reason));
  });
  signal.addEventListener("abort", () => {
    over = true;
    child?.end("kill")?.catch(() => {});
  }, { once: true });
  const close = async () => {
    over = true;
    news[Symbol.dispose]();
    await work;
    await halted();
  };
  try {
    await (work = settle());
  } catch (error) {
    work = Promise.resolve();
    await close();
    throw error;
  }
  return {
    finished: end.promise,
    tree: () => child?.tree?.(),
    [Symbol.asyncDispose]: close,
  };
}

/** Stops a child in order, or without asking when its limit is over. */
async function halt(instance: Instance, { shutdown = SHUTDOWN_MS }: FlaggableSpec, clock: Clock): Promise<void> {
  const going = instance.end(shutdown === "brutal" ? "kill" : "stop");
  if (going === undefined || shutdown === "brutal") return void going?.catch(() => {});
  if (shutdown === "infinity") return await going;
  const late = Promise.withResolvers<"late">();
  const timer = clock.setTimeout(() => late.resolve("late"), shutdown);
  try {
    if (await Promise.race([going, late.promise]) === "late") instance.end("kill")?.catch(() => {});
  } finally {
    clock.clearTimeout(timer);
  }
}

function noSupervisor(): never {
  throw new AppError("A supervisor cannot stand behind a flag; its children can", { code: "flagged_supervisor" });
}
