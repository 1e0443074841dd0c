/**
 * Questions for the time and the date.
 *
 * @module
 */

import type { SpokenLanguage } from "../text_language.ts";

const TIME = /几点|时间|what time|the time|time is it/i;
const DATE = /几号|星期几|周几|礼拜几|日期|几月|what day|what date|the date|today's date|which day/i;

/** The answer to a question for time or date at `wall` (Unix milliseconds); `undefined` for other texts. */
export function answerTime(text: string, language: SpokenLanguage, wall: number, timezone: string): string | undefined {
  const asked = DATE.test(text) ? "date" : TIME.test(text) ? "time" : undefined;
  if (asked === undefined) return undefined;
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", timezone === "" ? options : { ...options, timeZone: timezone }).format(
      wall,
    );
  if (asked === "time") {
    const clock = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const [hour = "0", minute = "00"] = clock.split(":");
    if (language === "zh") return `现在是${Number(hour)}点${minute === "00" ? "整" : `${minute}分`}。`;
    return `It is ${clock}.`;
  }
  const date = part({ year: "numeric", month: "long", day: "numeric" });
  const weekday = part({ weekday: "long" });
  return language === "zh" ? `今天是${date}，${weekday}。` : `Today is ${weekday}, ${date}.`;
}
