/**
 * One layer of the configuration: what one source gives, before it is checked.
 *
 * @module
 */

import type { ConfigKey } from "./keys.ts";
import type { Origin } from "./origin.ts";
import type { ConfigProblem } from "./problem.ts";

/** A value that a source gives for a key. */
export interface Given {
  readonly key: ConfigKey;
  readonly value: unknown;
  /** Where the value, or the part of it at `path` below it, is written. */
  origin(path?: readonly PropertyKey[]): Origin;
}

/** What one source gives, and what is wrong with it apart from the values themselves. */
export interface Layer {
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
}
