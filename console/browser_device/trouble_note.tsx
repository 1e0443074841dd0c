/**
 * What went wrong, and what can be done about it.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import type { BrowserDevice } from "./device.ts";
import { browserDeviceTexts } from "./texts.ts";
import type { Trouble } from "./trouble.ts";

/** Trouble that trying again may end without anything else being done. */
const MAY_PASS: readonly Trouble[] = [
  "denied",
  "no_microphone",
  "microphone_busy",
  "not_allowed",
  "unreachable",
  "refused",
  "no_hello",
  "lost",
  "ended",
];

/** The note; `insecure` stands from the beginning on pages that get no microphone. */
export function TroubleNote({ device }: { readonly device: BrowserDevice }): JSX.Element | null {
  const t = useTexts(browserDeviceTexts);
  const found = device.trouble.value ?? (isSecureContext ? undefined : { kind: "insecure" as const, detail: "" });
  if (found === undefined) return null;
  const { kind, detail } = found;
  const calm = kind === "ended" || kind === "insecure";
  return (
    <div class={calm ? "trouble calm" : "trouble"} role={calm ? "status" : "alert"} data-trouble={kind}>
      <p class="empty-title">{t.trouble[kind]}</p>
      {detail === "" ? null : <p class="small detail">{detail}</p>}
      <p>{t.wayOn[kind]}</p>
      {MAY_PASS.includes(kind) && device.mode.value !== "manual"
        ? <button type="button" onClick={() => device.press()}>{t.again}</button>
        : null}
    </div>
  );
}
