/**
 * Lists that come in pages: the next one is asked for when the end of the list comes into sight.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { Failure } from "./states.tsx";

/** A page as the server gives it; the last has no `next`. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** What has come of a list. */
export interface Pages<T> {
  /** Undefined before the first page. */
  readonly items: readonly T[] | undefined;
  /** Whether there is more. */
  readonly more: boolean;
  /** Whether a page is on its way. */
  readonly busy: boolean;
  readonly error: unknown;
  /** Asks for the next page, or again for the one that failed. */
  readonly go: () => void;
  /** Begins anew. */
  readonly reload: () => void;
  /** Replaces what is shown, after something was changed or erased. */
  readonly replace: (change: (items: readonly T[]) => readonly T[]) => void;
}

interface State<T> {
  readonly items?: readonly T[] | undefined;
  readonly next?: string | undefined;
  readonly error?: unknown;
  readonly busy: boolean;
  /** Whether what is shown belongs to the keys of now: until their first page is there, that of earlier ones stands. */
  readonly current: boolean;
}

/** Loads a list page by page, anew when `keys` change. What comes late for earlier keys is ignored. */
export function usePages<T>(load: (cursor: string | undefined) => Promise<ListPage<T>>, keys: readonly unknown[]): Pages<T> {
  const [state, setState] = useState<State<T>>({ busy: true, current: false });
  const [round, setRound] = useState(0);
  const generation = useRef(0);
  const asking = useRef(false);
  const ask = (cursor: string | undefined): void => {
    const mine = generation.current;
    asking.current = true;
    setState((old) => ({ ...old, busy: true, error: undefined }));
    const settle = (next: (old: State<T>) => State<T>) => {
      if (mine !== generation.current) return;
      asking.current = false;
      setState(next);
    };
    load(cursor).then(
      ({ items, next }) =>
        settle((old) => ({
          items: cursor === undefined ? items : [...old.items ?? [], ...items],
          next,
          busy: false,
          current: true,
        })),
      (error) => settle((old) => ({ ...old, error, busy: false })),
    );
  };
  useEffect(() => {
    generation.current++;
    setState(({ items }) => ({ items, busy: true, current: false }));
    ask(undefined);
    return () => void generation.current++;
  }, [...keys, round]);
  return {
    items: state.items,
    more: state.current && state.next !== undefined,
    busy: state.busy,
    error: state.error,
    go: () => {
      if (!asking.current && (!state.current || state.next !== undefined)) ask(state.current ? state.next : undefined);
    },
    reload: () => setRound((before) => before + 1),
    replace: (change) => setState((old) => ({ ...old, items: change(old.items ?? []) })),
  };
}

/** The end of such a list: what fetches the next page, by itself and by a button. */
export function MorePages<T>({ pages: { items, more, busy, error, go } }: { readonly pages: Pages<T> }): JSX.Element | null {
  const t = useTexts(commonTexts);
  const mark = useRef<HTMLDivElement>(null);
  const next = useRef(go);
  next.current = go;
  const watched = more && !busy && error === undefined;
  useEffect(() => {
    if (!watched || mark.current === null) return;
    const watch = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) next.current();
    }, { rootMargin: "300px" });
    watch.observe(mark.current);
    return () => watch.disconnect();
  }, [watched, items]);
  if (error !== undefined) return <Failure error={error} retry={go} />;
  if (items === undefined || !more) return null;
  return (
    <div class="more" ref={mark}>
      <button type="button" disabled={busy} onClick={go}>{busy ? t.loading : t.more}</button>
    </div>
  );
}
