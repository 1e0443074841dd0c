/**
 * Spans and moments as people read them.
 *
 * @module
 */

import type { Language } from "./texts.ts";

const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", zh: "zh-CN" };
const UNITS = {
  en: { ms: " ms", s: " s", min: " min", h: " h", d: " d" },
  zh: { ms: " 毫秒", s: " 秒", min: " 分", h: " 小时", d: " 天" },
} as const;

/** A span such as `4 s`, `3 min`, `2 h` or `5 d`: one unit, rounded down, as it counts up. */
export function span(ms: number, language: Language): string {
  const unit = UNITS[language];
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds}${unit.s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${unit.min}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${unit.h}`;
  return `${Math.floor(seconds / 86_400)}${unit.d}`;
}

/** A latency such as `840 ms` or `1.4 s`. */
export function latency(ms: number, language: Language): string {
  const unit = UNITS[language];
  return ms < 1000 ? `${Math.round(ms)}${unit.ms}` : `${(ms / 1000).toFixed(1)}${unit.s}`;
}

/** A moment with its date, in the browser's time zone. */
export function moment(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(atMs);
}

/** A share, 0 to 1, such as `99.95 %`; with as many digits behind the point as are asked for, and never rounded up to all of it. */
export function share(part: number, digits: number, language: Language): string {
  const most = 10 ** digits;
  const percent = Math.floor(part * 100 * most + 1e-6) / most;
  return `${new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(percent)} %`;
}

/** An amount of memory or disk such as `512 MiB` or `18.3 GiB`. */
export function bytes(amount: number, language: Language): string {
  const mib = amount / 2 ** 20;
  const [value, unit] = mib < 1024 ? [mib, "MiB"] : mib < 2 ** 20 ? [mib / 1024, "GiB"] : [mib / 2 ** 20, "TiB"];
  const digits = value < 100 && unit !== "MiB" ? 1 : 0;
  return `${new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value)} ${unit}`;
}

/** A whole number with its groups. */
export function count(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language]).format(value);
}

/** The time of day of a moment, in the browser's time zone. */
export function clockTime(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(
    atMs,
  );
}
