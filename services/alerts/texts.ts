/**
 * What is said of an alert, in both languages.
 *
 * @module
 */

import type { Alert, Finding, RuleId } from "./alert.ts";
import { en } from "./texts_en.ts";
import { zh } from "./texts_zh.ts";

/** A language in which alerts are told. */
export type AlertLanguage = "en" | "zh";

/** An alert in words. */
export interface AlertText {
  /** What it is, in a few words. */
  readonly summary: string;
  /** What was read and what it should be. */
  readonly reason: string;
  /** What to do. */
  readonly nextStep: string;
}

/** What the words of a rule are made from. */
export interface Told extends Finding {
  /** The value, rounded as people read it. */
  readonly shown: string;
  /** The limit, likewise. */
  readonly shownLimit: string;
  /** The detail in brackets after a space, or nothing. */
  readonly more: string;
}

/** The words of each rule in one language. */
export type AlertTexts = Readonly<Record<RuleId, (told: Told) => AlertText>>;

const TEXTS: Readonly<Record<AlertLanguage, AlertTexts>> = { en, zh };

/** An alert in words. */
export function tell(alert: Pick<Alert, "rule"> & Finding, language: AlertLanguage): AlertText {
  const { rule, value, limit, detail } = alert;
  const [open, close] = language === "zh" ? ["（", "）"] : [" (", ")"];
  const more = detail === undefined || detail === "" ? "" : `${open}${detail}${close}`;
  return TEXTS[language][rule]({ ...alert, shown: rounded(value), shownLimit: rounded(limit), more });
}

/** An alert in words of both languages. */
export function tellBoth(alert: Pick<Alert, "rule"> & Finding): Readonly<Record<AlertLanguage, AlertText>> {
  return { en: tell(alert, "en"), zh: tell(alert, "zh") };
}

/** One digit after the point where that matters. */
function rounded(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
}
