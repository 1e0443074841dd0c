/**
 * Small parts that show turns.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import { useTexts } from "../context.ts";
import { turnTexts } from "./texts.ts";

/** A coloured word for how a turn ended. */
export function OutcomeChip({ outcome }: { readonly outcome: Turn["outcome"] }): JSX.Element {
  return <span class={`chip outcome-${outcome}`}>{useTexts(turnTexts).outcomes[outcome]}</span>;
}
