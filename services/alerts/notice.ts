/**
 * A notice as receivers of webhooks get it.
 *
 * @module
 */

import type { Notice } from "./alert.ts";
import { tellBoth } from "./texts.ts";

/** Tells a notice from all others, also when it comes twice: receivers ignore what they have had. */
export function noticeId({ type, alert }: Notice): string {
  return `${alert.id}.${type}`;
}

/** The body of a webhook, JSON. The same notice has the same body each time. */
export function noticeBody({ type, alert }: Notice): string {
  const { rule, severity, subject, value, limit, id, since, raisedAt, resolvedAt } = alert;
  return JSON.stringify({
    type: `alert.${type}`,
    timestamp: time(resolvedAt ?? raisedAt),
    data: {
      id,
      rule,
      severity,
      subject,
      value,
      limit,
      since: time(since),
      raisedAt: time(raisedAt),
      ...(resolvedAt === undefined ? {} : { resolvedAt: time(resolvedAt) }),
      text: tellBoth(alert),
    },
  });
}

function time(wall: number): string {
  return new Date(wall).toISOString();
}
