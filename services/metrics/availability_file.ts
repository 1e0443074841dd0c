/**
 * Keeps the count of availability in the data directory, so that a restart does not begin the month anew.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { join } from "node:path";
import { z } from "zod";
import { type Clock, delay } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import { AvailabilityMeter, type StoredAvailability } from "./availability.ts";

/** Name of the file below the data directory. */
export const AVAILABILITY_FILE = "availability.json";

/** How often it is looked whether devices are taken, milliseconds: an outage is timed to this. */
const MARK_MS = 1000;

/** How often it is written, milliseconds: what a crash takes away counts as an outage, and is little in a month. */
const WRITE_MS = 60_000;

const bucket = z.tuple([z.int().min(0), z.number().min(0), z.number().min(0), z.number().min(0), z.number().min(0)]);
const schema = z.object({
  until: z.number().min(0),
  rings: z.object({ "1h": z.array(bucket), "24h": z.array(bucket), "30d": z.array(bucket) }),
});

/** What {@link keepAvailability} needs. */
export interface KeepAvailabilityOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether devices are taken now. */
  readonly ready: () => boolean;
}

/** A meter that is kept. Disposing writes it once more. */
export interface KeptAvailability extends AsyncDisposable {
  readonly meter: AvailabilityMeter;
  /** Resolves when it was disposed of; rejects when it cannot go on counting. */
  readonly finished: Promise<void>;
}

/** Goes on with what is kept in the data directory, or begins anew where that is nothing that can be read. */
export async function keepAvailability({ dataDir, clock, logger, ready }: KeepAvailabilityOptions): Promise<KeptAvailability> {
  const path = join(dataDir, AVAILABILITY_FILE);
  const meter = new AvailabilityMeter(clock, await readAvailability(path, clock, logger));
  const over = new AbortController();
  const write = async () => {
    try {
      const temporary = `${path}.tmp`;
      await Deno.writeTextFile(temporary, JSON.stringify(meter.stored()));
      await Deno.rename(temporary, path);
    } catch (error) {
      logger.warn("The count of availability cannot be kept: {error}", { error: messageOf(error) });
    }
  };
  let writing: Promise<void> | undefined;
  const run = async () => {
    for (let writtenAt = clock.now(); !over.signal.aborted;) {
      meter.mark(ready());
      if (clock.now() - writtenAt >= WRITE_MS) {
        // Beside the marks: a slow disk must not look like an outage.
        writing ??= write().finally(() => writing = undefined);
        writtenAt = clock.now();
      }
      await delay(clock, MARK_MS, over.signal).catch(() => {});
    }
  };
  const running = run();
  // Nobody has to listen to it.
  running.catch(() => {});
  return {
    meter,
    finished: running,
    async [Symbol.asyncDispose]() {
      over.abort();
      await running.catch(() => {});
      await writing;
      meter.mark(false);
      await write();
    },
  };
}

async function readAvailability(path: string, clock: Clock, logger: Logger): Promise<StoredAvailability | undefined> {
  try {
    const found = schema.parse(JSON.parse(await Deno.readTextFile(path)));
    // A clock that was set back would make buckets of the future, which never end.
    if (found.until <= clock.wall()) return found;
    logger.warn("The count of availability is from the future and begins anew: {until}", { until: new Date(found.until).toISOString() });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    logger.warn("The count of availability cannot be read and begins anew: {error}", { error: messageOf(error).split("\n", 1)[0] });
  }
  return undefined;
}
