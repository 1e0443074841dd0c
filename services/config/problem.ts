/**
 * What is wrong with a configuration.
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";
import { describeOrigin, type Origin } from "./origin.ts";

/** What stands in the place of a secret. */
export const MASK = "********";

/** One thing that is wrong. */
export interface ConfigProblem {
  /** The key (`server.port`) or variable (`XIAOZHI_SERVER_PROT`) or file that it is about. */
  readonly key: string;
  /** The value as it may be shown; absent where showing it would help nobody or tell a secret. */
  readonly value?: string;
  /** What is wrong and what would be right, to stand after a colon. */
  readonly expected: string;
  readonly origin: Origin;
}

/** All that is wrong with a configuration, in one error with code `config_invalid`. */
export class ConfigError extends AppError {
  /** Each problem once, in the order in which it was found. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`Configuration has ${count}:`, ...problems.map((problem) => `  ${describeProblem(problem)}`)].join("\n"), {
      code: "config_invalid",
    });
    this.problems = problems;
  }
}

/** One line: `server.port = "abc" (config.yaml:3): expected integer from 0 to 65535`. */
export function describeProblem({ key, value, expected, origin }: ConfigProblem): string {
  return `${key}${value === undefined ? "" : ` = ${value}`} (${describeOrigin(origin)}): ${expected}`;
}

/** Longest value that an error line repeats; the rest of it would hide what is wrong. */
const MAX_SHOWN = 80;

/** A value as it may be shown: masked when secret, and without the password that an address may hold. */
export function masked(value: unknown, secret: boolean): unknown {
  if (secret && isSet(value)) return MASK;
  return typeof value === "string" ? value.replace(/^(\w+:\/\/[^\s/:@]*:)[^\s/]+@/, `$1${MASK}@`) : value;
}

/** A value for an error line: JSON, cut when long, masked when secret. */
export function showValue(value: unknown, secret: boolean): string {
  if (secret && isSet(value)) return MASK;
  const shown = masked(value, secret);
  const text = JSON.stringify(shown) ?? String(shown);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

/** Whether there is a secret to hide. */
function isSet(value: unknown): boolean {
  return value !== "" && !(Array.isArray(value) && value.length === 0);
}
