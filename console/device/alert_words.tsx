/**
 * The server's alerts about a device, in words: why, and what to do.
 *
 * @module
 */

import type { JSX } from "preact";
import type { ShownAlert } from "../../routes/console/overview/types.ts";
import type { FleetDevice } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { overviewTexts } from "../overview/texts.ts";
import { useLoad } from "../ui/load.ts";

/** What is shown. */
export interface AlertWordsProps {
  /** Rules of the alerts that are about the device. */
  readonly rules: NonNullable<FleetDevice["alerts"]>;
  readonly row: FleetDevice;
}

/** The alerts, once they are there; the marks beside them say the same in short. */
export function AlertWords({ rules, row }: AlertWordsProps): JSX.Element | null {
  const { api, language } = useConsole();
  const t = useTexts(overviewTexts);
  const { loaded } = useLoad(() => api.get<{ readonly active: readonly ShownAlert[] }>("/api/alerts"), [rules.join()]);
  if (loaded.state !== "ready") return null;
  // One that is of all devices in a state is about this one for the state that it is in.
  const about = loaded.value.active.filter(({ rule, subject }) =>
    rules.includes(rule) && (rule !== "device_stuck" || subject === row.state)
  );
  return (
    <div class="alert-words">
      {about.map(({ id, text }) => (
        <div key={id}>
          <p>{fill(t.sentence, { text: text[language.value].reason })}</p>
          <p>
            <strong>{t.nextStep}</strong> {fill(t.sentence, { text: text[language.value].nextStep })}
          </p>
        </div>
      ))}
    </div>
  );
}
