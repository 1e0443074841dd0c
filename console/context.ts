/**
 * What every part of the console is handed.
 *
 * @module
 */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Clock } from "../base/clock.ts";
import type { Role, SessionInfo } from "../routes/console/types.ts";
import type { Api } from "./api/client.ts";
import type { Feed } from "./data/feed.ts";
import type { FleetStore } from "./data/fleet_store.ts";
import type { Language, Texts, Words } from "./i18n/texts.ts";
import type { Router } from "./shell/router.ts";
import type { Theme } from "./shell/preferences.ts";
import type { Toasts } from "./ui/toasts.tsx";

/** The console of one page. */
export interface Console {
  readonly clock: Clock;
  readonly api: Api;
  readonly router: Router;
  readonly feed: Feed;
  readonly fleet: FleetStore;
  readonly toasts: Toasts;
  /** Who looks; undefined until the server has said so. */
  readonly session: Signal<SessionInfo | undefined>;
  readonly language: Signal<Language>;
  readonly theme: Signal<Theme>;
  /** The server's time, Unix milliseconds, in steps of a second: for what counts up. */
  readonly now: ReadonlySignal<number>;
}

const ConsoleContext = createContext<Console | undefined>(undefined);

/** Hands the console to what it contains. */
export const ConsoleProvider = ConsoleContext.Provider;

/** The console of this page. */
export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === undefined) throw new Error("Cannot use the console outside of its provider");
  return found;
}

/** Words in the language that is chosen. */
export function useTexts<T extends Words>(words: Texts<T>): Texts<T>["en"] {
  return words[useConsole().language.value];
}

/** Whether whoever looks may do what a role may. */
export function useMay(role: Role): boolean {
  const own = useConsole().session.value?.role;
  return own === "operator" || own === role;
}
