/**
 * All rules.
 *
 * @module
 */

import type { AlertRule } from "../rule.ts";
import type { Thresholds } from "../thresholds.ts";
import { budgetRules } from "./budget.ts";
import { componentRules } from "./components.ts";
import { deviceRules } from "./devices.ts";
import { levelRules } from "./levels.ts";
import { rateRules } from "./rates.ts";

/** Makes the rules, with nothing remembered. */
export function createRules(thresholds: Thresholds): AlertRule[] {
  return [
    ...componentRules(),
    ...levelRules(thresholds),
    ...rateRules(thresholds),
    ...deviceRules(thresholds),
    ...budgetRules(),
  ];
}
