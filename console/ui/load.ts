/**
 * Asking the server for what a page shows.
 *
 * @module
 */

import { useCallback, useEffect, useState } from "preact/hooks";

/** What has come so far. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly error: unknown };

/**
 * Loads what `load` resolves to, again when `keys` change and when `reload` is called. What comes late for earlier keys is ignored, and what
 * is shown stays until something newer is there.
 */
export function useLoad<T>(
  load: () => Promise<T>,
  keys: readonly unknown[],
): { readonly loaded: Loaded<T>; readonly reload: () => void; readonly replace: (value: T) => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    load().then(
      (value) => current && setLoaded({ state: "ready", value }),
      (error) => current && setLoaded({ state: "failed", error }),
    );
    return () => {
      current = false;
    };
  }, [...keys, round]);
  return {
    loaded,
    reload: useCallback(() => setRound((before) => before + 1), []),
    replace: useCallback((value) => setLoaded({ state: "ready", value }), []),
  };
}
