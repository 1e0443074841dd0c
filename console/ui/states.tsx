/**
 * What a page says while there is nothing to show: it loads, it is empty, it failed.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useConsole, useTexts } from "../context.ts";
import { ApiError } from "../api/problem.ts";
import { commonTexts } from "../i18n/common.ts";

/** Something is on its way. */
export function Loading(): JSX.Element {
  const t = useTexts(commonTexts);
  return <p class="state-note" role="status">{t.loading}</p>;
}

/** There is nothing, and why, or what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="state-note empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Something failed; `retry` tries again. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): JSX.Element {
  const t = useTexts(commonTexts);
  return (
    <div class="state-note failure" role="alert">
      <p class="empty-title">{t.failed}</p>
      <p>{useReason()(error)}</p>
      {retry === undefined ? null : <button type="button" onClick={retry}>{t.retry}</button>}
    </div>
  );
}

/** Makes errors into words. */
export function useReason(): (error: unknown) => string {
  const t = useTexts(commonTexts);
  return (error) =>
    error instanceof ApiError && error.code === "unreachable" ? t.unreachable : error instanceof Error ? error.message : String(error);
}

/** Runs what a person asked for, and tells how it went. */
export function useAct(): (work: () => Promise<string | void>) => Promise<boolean> {
  const { toasts } = useConsole();
  const reason = useReason();
  return async (work) => {
    try {
      const said = await work();
      if (said !== undefined) toasts.show("good", said);
      return true;
    } catch (error) {
      toasts.show("bad", reason(error));
      return false;
    }
  };
}
