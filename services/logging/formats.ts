/**
 * Log records as lines.
 *
 * @module
 */

import { type FormattedValues, getAnsiColorFormatter, getJsonLinesFormatter, getTextFormatter, type TextFormatter } from "@logtape/logtape";

/** One JSON object a line, for programs. */
export function jsonFormat(): TextFormatter {
  return getJsonLinesFormatter();
}

/** One line for people: time, level, category, message, and the properties that the message does not show. */
export function prettyFormat(options: { readonly colours: boolean }): TextFormatter {
  const parts = {
    timestamp: "time",
    level: (level: string) => level.toUpperCase().padEnd("WARNING".length),
    category: ".",
    value: "bare",
    format: ({ timestamp, level, category, message, record }: FormattedValues) =>
      `${timestamp} ${level} ${category} ${message}${unmentioned(record.properties, record.rawMessage)}`,
  } as const;
  return options.colours ? getAnsiColorFormatter(parts) : getTextFormatter(parts);
}

function unmentioned(properties: Readonly<Record<string, unknown>>, message: string | TemplateStringsArray): string {
  const shown = new Set(typeof message === "string" ? [...message.matchAll(/\{\s*(\w+)[^}]*\}/g)].map((match) => match[1]) : []);
  return Object.entries(properties).filter(([name]) => !shown.has(name)).map(([name, value]) => ` ${name}=${short(value)}`).join("");
}

function short(value: unknown): string {
  // Inspection quotes strings, which keeps line breaks of a device's making from starting a line of their own.
  return Deno.inspect(value, { breakLength: Infinity, compact: true, depth: 3, strAbbreviateSize: 200 });
}
