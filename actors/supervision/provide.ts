/**
 * A service that others are handed: its specification, and the way to what it provides while it runs.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import type { CommonSpec, RunningService, ServiceSpec } from "./child_spec.ts";
import type { SupervisorSnapshot } from "./snapshot.ts";

/** What a service has to live with. */
export interface ServiceScope {
  /** Aborts when the start is given up, and when the service is killed. */
  readonly signal: AbortSignal;
  /** What is put here is disposed of, the last first, when the service stops, and when its start fails. */
  readonly resources: AsyncDisposableStack;
  /** Says that the service has failed, so that it is started again. */
  fail(reason: unknown): void;
}

/** What may be said of a service. */
export interface ProvideOptions<T> extends Omit<CommonSpec, "restart">, Pick<ServiceSpec, "startMs"> {
  /** @default {"permanent"} */
  readonly restart?: CommonSpec["restart"];
  /** What it supervises itself. */
  readonly tree?: (value: T) => SupervisorSnapshot;
}

/** A service and what it provides. */
export interface Provided<T> extends ServiceSpec {
  /**
   * What it provides now. Whoever is started after it, under `rest_for_one`, may keep it: both end together.
   *
   * @throws AppError `not_up` while it does not run.
   */
  get(): T;
  /** The same; undefined while it does not run. */
  peek(): T | undefined;
}

/** Describes a service. `start` resolves when it is ready. */
export function provide<T>(options: ProvideOptions<T>, start: (scope: ServiceScope) => T | Promise<T>): Provided<T> {
  const { tree, restart = "permanent", ...spec } = options;
  let current: { readonly value: T } | undefined;
  return {
    ...spec,
    restart,
    get() {
      if (current === undefined) throw new AppError(`Service "${spec.id}" is not up`, { code: "not_up", retryable: true });
      return current.value;
    },
    peek: () => current?.value,
    async start(signal): Promise<RunningService> {
      await using resources = new AsyncDisposableStack();
      const failed = Promise.withResolvers<never>();
      // Nobody listens before the start is over, and nobody has to afterwards.
      failed.promise.catch(() => {});
      const mine = { value: await start({ signal, resources, fail: failed.reject }) };
      signal.throwIfAborted();
      current = mine;
      const held = resources.move();
      return {
        finished: failed.promise,
        ...(tree === undefined ? {} : { tree: () => tree(mine.value) }),
        async [Symbol.asyncDispose]() {
          if (current === mine) current = undefined;
          await held.disposeAsync();
        },
      };
    },
  };
}
