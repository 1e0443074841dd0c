/**
 * What a device is doing, and for how long.
 *
 * @module
 */

import type { JSX } from "preact";
import type { FleetDevice } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { span } from "../i18n/format.ts";
import { stateTexts } from "../i18n/states.ts";

/** The name of a state in words; one that the words do not know as it is. */
export function useStateName(): (state: string | undefined) => string {
  const names: Readonly<Record<string, string>> = useTexts(stateTexts).states;
  return (state = "offline") => names[state] ?? state;
}

/** A coloured word for the state of a device. */
export function StateChip({ state = "offline" }: { readonly state?: string | undefined }): JSX.Element {
  return <span class={`chip ${state}`}>{useStateName()(state)}</span>;
}

/** How long a device has been in its state; for one that is away, how long ago it was seen. */
export function TimeInState({ device }: { readonly device: FleetDevice }): JSX.Element | null {
  const { now, language } = useConsole();
  const since = device.online ? device.since : device.lastSeenAt;
  return since === undefined ? null : <span class="numbers soft small">{span(now.value - since, language.value)}</span>;
}
