/**
 * Asking the server again and again for what a page shows, as long as somebody sees the page.
 *
 * @module
 */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { TimerId } from "../../base/clock.ts";
import { useConsole } from "../context.ts";
import type { Loaded } from "./load.ts";

/** What has come, and whether the latest try brought nothing. */
export interface Polled<T> {
  readonly loaded: Loaded<T>;
  /** Whether what is shown is from before: the latest try failed. */
  readonly isOld: boolean;
  /** Asks at once. Resolves when the answer is there, or failed to come. */
  readonly reload: () => Promise<void>;
}

/** Loads at once and then every `everyMs` after the answer; not while the page is hidden. What comes after the page is gone is ignored. */
export function usePoll<T>(load: () => Promise<T>, everyMs: number): Polled<T> {
  const { clock } = useConsole();
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [isOld, setOld] = useState(false);
  const latest = useRef(load);
  latest.current = load;
  const asked = useRef(0);
  const gone = useRef(false);
  const reload = useCallback(async () => {
    const mine = ++asked.current;
    try {
      const value = await latest.current();
      if (gone.current || mine !== asked.current) return;
      setLoaded({ state: "ready", value });
      setOld(false);
    } catch (error) {
      if (gone.current || mine !== asked.current) return;
      setOld(true);
      setLoaded((before) => before.state === "ready" ? before : { state: "failed", error });
    }
  }, []);
  useEffect(() => {
    let timer: TimerId | undefined;
    gone.current = false;
    const next = async () => {
      if (document.visibilityState === "visible") await reload();
      if (!gone.current) timer = clock.setTimeout(next, everyMs);
    };
    const seen = () => {
      if (document.visibilityState === "visible") reload();
    };
    document.addEventListener("visibilitychange", seen);
    next();
    return () => {
      gone.current = true;
      document.removeEventListener("visibilitychange", seen);
      if (timer !== undefined) clock.clearTimeout(timer);
    };
  }, []);
  return { loaded, isOld, reload };
}
