/**
 * Alerts in the log: the receiver that is always there.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import type { Notice } from "./alert.ts";
import { tell } from "./texts.ts";

/** Writes a notice to the log, in English as all of it. */
export function logNotice(logger: Logger, { type, alert }: Notice): void {
  const { id, rule, severity, subject, value, limit, raisedAt, resolvedAt } = alert;
  const { summary, reason, nextStep } = tell(alert, "en");
  const properties = { alertId: id, rule, severity, subject, value, limit, summary };
  if (type === "resolved") {
    return logger.info("Alert resolved after {lastedMs} ms: {summary}", { ...properties, lastedMs: (resolvedAt ?? raisedAt) - raisedAt });
  }
  logger[severity === "critical" ? "error" : "warn"]("Alert: {summary}. {reason}. {nextStep}", { ...properties, reason, nextStep });
}
