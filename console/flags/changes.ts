/**
 * Changing the configuration: what is sent, and what the answers mean.
 *
 * @module
 */

import { useRef, useState } from "preact/hooks";
import type { ConfigChange, ConfigOutcome, Flag } from "../../routes/console/types.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { useReason } from "../ui/states.tsx";
import { flagsTexts } from "./texts.ts";
import type { FlagValue } from "./values.tsx";

/** Changes that are shown. */
const HISTORY = 100;

/** What the page shows. */
export interface FlagsState {
  readonly flags: readonly Flag[];
  /** The latest first. */
  readonly changes: readonly ConfigChange[];
}

/** What may be asked for; each resolves to whether it was done. */
export interface Changer {
  /** What the last change did. */
  readonly outcome: ConfigOutcome | undefined;
  /** Changes of others that came while the page was open, and that nobody has said to have seen. */
  readonly news: readonly ConfigChange[];
  seen(): void;
  /** Sets a flag; null goes back to what files and environment say. */
  set(name: string, value: FlagValue | null, why: string): Promise<boolean>;
  rollBack(number: number, why: string): Promise<boolean>;
}

/** Number of the latest change; 0 for none. */
export function latestOf({ changes }: Pick<FlagsState, "changes">): number {
  return changes[0]?.number ?? 0;
}

/** Reads flags and history. */
export function useFlagsLoader(): () => Promise<FlagsState> {
  const { api } = useConsole();
  return async () => {
    const [flags, changes] = await Promise.all([
      api.get<{ readonly items: readonly Flag[] }>("/api/flags"),
      api.get<{ readonly items: readonly ConfigChange[] }>(`/api/config/changes?limit=${HISTORY}`),
    ]);
    return { flags: flags.items, changes: changes.items };
  };
}

/** What may be done to what is shown. */
export function useChanger(shown: FlagsState | undefined, reload: () => Promise<void>): Changer {
  const { api, toasts } = useConsole();
  const t = useTexts(flagsTexts);
  const reason = useReason();
  const [outcome, setOutcome] = useState<ConfigOutcome>();
  const [seen, setSeen] = useState<number>();
  const own = useRef(new Set<number>());
  const latest = shown === undefined ? undefined : latestOf(shown);
  if (seen === undefined && latest !== undefined) setSeen(latest);
  const words = (error: unknown): string => {
    if (!(error instanceof ApiError)) return reason(error);
    if (error.code === "config_changed") return t.conflict;
    if (error.code === "change_unknown") return t.unknownChange;
    // The server's title says the same in English; what it found comes behind the colon.
    return error.code === "config_invalid" ? fill(t.invalid, { reason: error.message.replace(/^[^:]*:\s*/, "") }) : reason(error);
  };
  const send = async (method: string, path: string, body: unknown, why: string, said: (outcome: ConfigOutcome) => string) => {
    const query = new URLSearchParams({ known: String(latest ?? 0), ...(why.trim() === "" ? {} : { why: why.trim() }) });
    try {
      const done = await (await api.request(method, `${path}?${query}`, body)).json() as ConfigOutcome;
      if (done.number !== undefined) own.current.add(done.number);
      setOutcome(done);
      toasts.show("good", said(done));
      return true;
    } catch (error) {
      toasts.show("bad", words(error));
      return false;
    } finally {
      await reload();
    }
  };
  const changed = ({ changes }: ConfigOutcome) =>
    changes.length === 0 ? t.nothingToDo : fill(t.done, { keys: changes.map(({ key }) => key).join(", ") });
  return {
    outcome,
    news: shown?.changes.filter(({ number }) => number > (seen ?? Infinity) && !own.current.has(number)) ?? [],
    seen: () => setSeen(latest),
    set: (name, value, why) => send("PATCH", "/api/flags", { [name]: value }, why, changed),
    rollBack: (number, why) => send("POST", "/api/config/rollback", { number }, why, () => fill(t.rollBackDone, { number })),
  };
}
