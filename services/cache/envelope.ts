/**
 * A value as it lies in Redis, where other versions of this program read it, and other programs may write.
 *
 * @module
 */

import { z } from "zod";
import type { Fill } from "./tier.ts";

/** Changes when values of before can no longer be read. */
const VERSION = 1;

const envelope = z.object({ v: z.literal(VERSION), i: z.string(), g: z.string(), r: z.number().nonnegative(), d: z.unknown().optional() });

/** A value that was read. */
export interface Opened {
  readonly value: unknown;
  /** How the text begins, which no other text does. */
  readonly head: string;
  /** Generations of its tags when its load began. */
  readonly generations: string;
  readonly renewMs: number;
}

/** Packs a value under an id of its own; the JSON of the value is taken as it is. */
export function pack(id: string, generations: string, { json, renewMs }: Fill): string {
  return `${headOf(id)},"g":${JSON.stringify(generations)},"r":${renewMs}${json === undefined ? "" : `,"d":${json}`}}`;
}

function headOf(id: string): string {
  return `{"v":${VERSION},"i":${JSON.stringify(id)}`;
}

/** Opens what {@link pack} made; undefined for anything else. The value is frozen. */
export function unpack(text: string): Opened | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text, (_, value) => Object.freeze(value));
  } catch {
    return undefined;
  }
  const { success, data } = envelope.safeParse(json);
  return success ? { value: data.d, head: headOf(data.i), generations: data.g, renewMs: data.r } : undefined;
}
