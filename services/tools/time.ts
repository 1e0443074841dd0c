/**
 * The tool that knows what time it is.
 *
 * @module
 */

import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { defineTool, type ServerTool } from "./tool.ts";

const schema = z.strictObject({
  timezone: z.string().min(1).max(64).optional().describe(
    "IANA time zone such as Europe/Berlin, when the time of another place is asked for; leave it out for here",
  ),
});

/** Makes the tool. `timezone` is the IANA name of the zone of the devices; empty for the machine's. */
export function timeTool({ clock, timezone }: { readonly clock: Clock; readonly timezone: string }): ServerTool {
  return defineTool({
    name: "get_time",
    description: "Tells the current date, weekday and time, here or in another time zone. Call it whenever an answer depends on them.",
    schema,
    run: (args) => {
      const zone = args.timezone ?? timezone;
      return describe(clock.wall(), zone);
    },
  });
}

function describe(atMs: number, zone: string): string {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-GB", {
      ...(zone === "" ? {} : { timeZone: zone }),
      weekday: "long",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "longOffset",
    });
  } catch (error) {
    throw new AppError(`There is no time zone "${zone}"; expected an IANA name such as Asia/Shanghai`, {
      code: "tool_timezone",
      cause: error,
    });
  }
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second, weekday, timeZoneName } = part;
  return `${weekday}, ${year}-${month}-${day} ${hour}:${minute}:${second} (${format.resolvedOptions().timeZone}, ${timeZoneName})`;
}
