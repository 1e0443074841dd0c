/**
 * Alerts in a file of the data directory, so that they outlast the process. A file and no table: it must work while databases do not.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import { z } from "zod";
import { AppError, messageOf } from "../../base/errors.ts";
import { type Alert, RULE_IDS } from "./alert.ts";

/** Name of the file, below the data directory. */
export const ALERTS_FILE = "alerts.json";

const alertSchema = z.object({
  id: z.string(),
  // A later version may have rules that this one does not know; they are left out.
  rule: z.string(),
  severity: z.enum(["critical", "warning"]),
  subject: z.string(),
  value: z.number(),
  limit: z.number(),
  detail: z.exactOptional(z.string()),
  since: z.number(),
  raisedAt: z.number(),
  resolvedAt: z.exactOptional(z.number()),
  acknowledged: z.exactOptional(z.object({ at: z.number(), note: z.string() })),
});

const owedSchema = z.object({ target: z.string(), alertId: z.string(), type: z.enum(["raised", "resolved"]) });

const fileSchema = z.object({ version: z.literal(1), alerts: z.array(alertSchema), owed: z.array(owedSchema) });

/** A notice that a receiver does not have yet. */
export type Owed = z.infer<typeof owedSchema>;

/** What is kept. */
export interface KeptAlerts {
  readonly alerts: readonly Alert[];
  readonly owed: readonly Owed[];
}

/** An alert file that could not be written. */
export class AlertFileError extends AppError {}

/**
 * Reads what an earlier process kept; nothing where there is no file. A file that cannot be understood is put aside under another name and
 * reported: a server must start without it.
 *
 * @throws AlertFileError `alerts_unreadable` where the file is there and cannot be read at all.
 */
export async function readAlerts(dataDir: string, logger: Logger): Promise<KeptAlerts> {
  const path = join(dataDir, ALERTS_FILE);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { alerts: [], owed: [] };
    throw new AlertFileError(`Cannot read ${path} (${messageOf(error)}); it must be a file of this process's user`, {
      code: "alerts_unreadable",
      cause: error,
    });
  }
  try {
    const { alerts, owed } = fileSchema.parse(JSON.parse(text));
    return { alerts: alerts.filter(isKnown), owed };
  } catch (error) {
    const aside = `${path}.broken`;
    logger.error("{path} is not as it should be and is put aside as {aside}; earlier alerts are forgotten: {reason}", {
      path,
      aside,
      reason: messageOf(error),
    });
    await Deno.rename(path, aside);
    return { alerts: [], owed: [] };
  }
}

/**
 * Keeps alerts. The file is whole at any moment, whenever the process dies.
 *
 * @throws AlertFileError `alerts_unwritable`.
 */
export async function writeAlerts(dataDir: string, { alerts, owed }: KeptAlerts): Promise<void> {
  const path = join(dataDir, ALERTS_FILE);
  const temporary = `${path}.tmp`;
  try {
    await Deno.mkdir(dataDir, { recursive: true });
    await Deno.writeTextFile(temporary, `${JSON.stringify({ version: 1, alerts, owed })}\n`);
    await Deno.rename(temporary, path);
  } catch (error) {
    throw new AlertFileError(`Cannot write ${path} (${messageOf(error)}); the data directory must be writable`, {
      code: "alerts_unwritable",
      retryable: true,
      cause: error,
    });
  }
}

function isKnown(alert: z.infer<typeof alertSchema>): alert is z.infer<typeof alertSchema> & Alert {
  return (RULE_IDS as readonly string[]).includes(alert.rule);
}
