/**
 * What a person chose on this machine: language and theme.
 *
 * @module
 */

import { effect, type Signal, signal } from "@preact/signals";
import { type Language, LANGUAGES, preferredLanguage } from "../i18n/texts.ts";

/** The themes, in the order in which the switch goes through them. */
export const THEMES = ["system", "light", "dark"] as const;

/** A theme. */
export type Theme = (typeof THEMES)[number];

/** What stores choices: the browser's, which may refuse. */
export interface PreferenceStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What the choices are shown on. */
export interface PreferenceRoot {
  lang: string;
  readonly dataset: Record<string, string | undefined>;
}

/** The preferences; a change is kept and shown at once. */
export function preferences(
  store: PreferenceStore,
  root: PreferenceRoot,
  languages: readonly string[],
): { readonly language: Signal<Language>; readonly theme: Signal<Theme> } {
  const language = kept(store, "xiaozhi.language", LANGUAGES, preferredLanguage(languages));
  const theme = kept(store, "xiaozhi.theme", THEMES, "system");
  effect(() => {
    root.lang = language.value === "zh" ? "zh-CN" : "en";
  });
  effect(() => {
    root.dataset.theme = theme.value;
  });
  return { language, theme };
}

function kept<T extends string>(store: PreferenceStore, key: string, allowed: readonly T[], otherwise: T): Signal<T> {
  const chosen = signal(allowed.find((value) => value === read(store, key)) ?? otherwise);
  let first = true;
  effect(() => {
    const { value } = chosen;
    // What nobody chose follows the browser.
    if (!first) write(store, key, value);
    first = false;
  });
  return chosen;
}

function read(store: PreferenceStore, key: string): string | null {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
}

function write(store: PreferenceStore, key: string, value: string): void {
  try {
    store.setItem(key, value);
  } catch {
    // Private windows keep nothing; the choice holds as long as the page.
  }
}
