/**
 * Short notices that go by themselves, and are read out.
 *
 * @module
 */

import type { JSX } from "preact";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Clock } from "../../base/clock.ts";
import { useConsole } from "../context.ts";

/** How long a notice stays, milliseconds: time to read two lines. */
const STAY_MS = 6000;
/** Notices at once. */
const MAX_TOASTS = 4;

/** A notice. */
export interface Toast {
  readonly id: number;
  readonly kind: "good" | "bad";
  readonly text: string;
}

/** The notices. */
export interface Toasts {
  readonly list: ReadonlySignal<readonly Toast[]>;
  /** Shows a notice. */
  show(kind: Toast["kind"], text: string): void;
}

/** An empty list of notices. */
export function createToasts(clock: Clock): Toasts {
  const list = signal<readonly Toast[]>([]);
  let ids = 0;
  return {
    list,
    show(kind, text) {
      const id = ++ids;
      list.value = [...list.value, { id, kind, text }].slice(-MAX_TOASTS);
      clock.setTimeout(() => {
        list.value = list.value.filter((toast) => toast.id !== id);
      }, STAY_MS);
    },
  };
}

/** Where notices appear. */
export function ToastList(): JSX.Element {
  const { toasts } = useConsole();
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.list.value.map(({ id, kind, text }) => <p key={id} class={`toast ${kind}`}>{text}</p>)}
    </div>
  );
}
