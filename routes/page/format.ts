/**
 * Times as the page writes them.
 *
 * @module
 */

import type { PageLanguage } from "./language.ts";

const LOCALES: Readonly<Record<PageLanguage, string>> = { en: "en-GB", zh: "zh-CN" };

/** A span such as `1.2 s`, `45 s`, `3 min` or `2 h 5 min`. */
export function span(ms: number, language: PageLanguage): string {
  const unit = language === "zh" ? { s: " 秒", min: " 分钟", h: " 小时" } : { s: " s", min: " min", h: " h" };
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${unit.s}`;
  if (seconds < 59.5) return `${Math.round(seconds)}${unit.s}`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes}${unit.min}`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}${unit.h}${rest === 0 ? "" : ` ${rest}${unit.min}`}`;
}

/** A moment: the time alone for the last day, else with its date. `zone` is an IANA name, empty for the machine's. */
export function moment(atMs: number, nowMs: number, language: PageLanguage, zone: string): string {
  const recent = nowMs - atMs < 24 * 60 * 60 * 1000;
  return new Intl.DateTimeFormat(LOCALES[language], {
    ...(zone === "" ? {} : { timeZone: zone }),
    ...(recent ? {} : { month: "short", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(atMs);
}
