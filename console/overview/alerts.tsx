/**
 * The alerts: what is wrong, why, and what to do; and what was wrong before.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Overview, ShownAlert } from "../../routes/console/overview/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { moment, span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Field } from "../ui/field.tsx";
import { useAct } from "../ui/states.tsx";
import { overviewTexts } from "./texts.ts";

/** Longest note, as the server takes it. */
const MAX_NOTE = 500;

/** What {@link Alerts} shows. */
export interface AlertsProps {
  readonly alerts: Overview["alerts"];
  /** The server's time when it said so. */
  readonly now: number;
  /** Called when something was done about one. */
  readonly changed: () => Promise<void>;
}

/** The card of the alerts. */
export function Alerts({ alerts: { enabled, active, recent }, now, changed }: AlertsProps): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(overviewTexts);
  const act = useAct();
  const [all, setAll] = useState<readonly ShownAlert[]>();
  const earlier = all === undefined ? recent : [...recent.filter(({ id }) => !all.some((alert) => alert.id === id)), ...all];
  const loadAll = () =>
    act(async () => {
      setAll((await api.get<{ readonly recent: readonly ShownAlert[] }>("/api/alerts")).recent);
    });
  return (
    <section class={active.length === 0 ? "card alerts-card calm" : "card alerts-card"} aria-labelledby="alerts">
      <div class="card-head">
        <h2 id="alerts">{t.alerts}</h2>
        {active.length === 0 ? <span class="soft small">{enabled ? t.noAlerts : t.alertsOff}</span> : null}
      </div>
      {active.length === 0 ? null : (
        <ul class="alert-list">
          {active.map((alert) => <ActiveAlert key={alert.id} alert={alert} now={now} changed={changed} />)}
        </ul>
      )}
      <details class="alert-history">
        <summary>{t.history}</summary>
        {earlier.length === 0 ? <p class="soft small">{t.noHistory}</p> : (
          <ul>
            {earlier.map((alert) => <EarlierAlert key={alert.id} alert={alert} />)}
          </ul>
        )}
        {all === undefined && recent.length > 0
          ? <button type="button" class="quiet small" onClick={loadAll}>{t.openHistory}</button>
          : null}
      </details>
    </section>
  );
}

function ActiveAlert({ alert, now, changed }: Pick<AlertsProps, "now" | "changed"> & { readonly alert: ShownAlert }): JSX.Element {
  const { api, language } = useConsole();
  const t = useTexts(overviewTexts);
  const act = useAct();
  const may = useMay("operator");
  const [note, setNote] = useState<string>();
  const { id, severity, since, acknowledged } = alert;
  const { summary, reason, nextStep } = alert.text[language.value];
  const acknowledge = () => {
    const said = note ?? "";
    setNote(undefined);
    act(async () => {
      await api.request("POST", `/api/alerts/${encodeURIComponent(id)}/acknowledge`, { note: said });
      await changed();
      return t.acknowledgedDone;
    });
  };
  return (
    <li class={`alert ${severity}`}>
      <div class="alert-head">
        <h3>{summary}</h3>
        <span class="chip">{t.severities[severity]}</span>
        <span class="soft small numbers">{fill(t.since, { span: span(now - since, language.value) })}</span>
        {acknowledged === undefined
          ? <button type="button" class="small" disabled={!may} onClick={() => setNote("")}>{t.acknowledge}</button>
          : null}
      </div>
      <p>{fill(t.sentence, { text: reason })}</p>
      <p>
        <strong>{t.nextStep}</strong> {fill(t.sentence, { text: nextStep })}
      </p>
      {acknowledged === undefined ? null : (
        <p class="soft small">
          {fill(t.acknowledged, { at: moment(acknowledged.at, language.value), note: acknowledged.note || "–" })}
        </p>
      )}
      {note === undefined
        ? null
        : (
          <Confirm title={summary} text={t.noteText} action={t.acknowledge} onYes={acknowledge} onNo={() => setNote(undefined)}>
            <Field id={`note-${id}`} label={t.note}>
              <input id={`note-${id}`} value={note} maxLength={MAX_NOTE} onInput={(event) => setNote(event.currentTarget.value)} />
            </Field>
          </Confirm>
        )}
    </li>
  );
}

function EarlierAlert({ alert }: { readonly alert: ShownAlert }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(overviewTexts);
  const { severity, since, resolvedAt = since, acknowledged } = alert;
  const { summary, reason } = alert.text[language.value];
  return (
    <li>
      <span class={`alert-dot ${severity}`} role="img" aria-label={t.severities[severity]} />
      <span>
        <strong>{summary}</strong> <span class="soft small">{reason}</span>
        {acknowledged === undefined || acknowledged.note === "" ? null : <span class="soft small">{acknowledged.note}</span>}
      </span>
      <span class="soft small numbers">
        {fill(t.lasted, { at: moment(since, language.value), span: span(resolvedAt - since, language.value) })}
      </span>
    </li>
  );
}
