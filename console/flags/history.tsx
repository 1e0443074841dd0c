/**
 * Who changed what of the configuration, and the way back.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ConfigChange } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { moment } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { Changer } from "./changes.ts";
import { ConfirmChange } from "./confirm_change.tsx";
import { flagsTexts } from "./texts.ts";
import { Difference } from "./values.tsx";

/** What {@link History} shows. */
export interface HistoryProps {
  /** The latest first. */
  readonly changes: readonly ConfigChange[];
  readonly changer: Changer;
}

/** The card of the history. */
export function History({ changes, changer }: HistoryProps): JSX.Element {
  const t = useTexts(flagsTexts);
  const [asking, setAsking] = useState<number>();
  const shown = changes.filter((change) => change.changes.length > 0);
  return (
    <section class="card" aria-labelledby="history">
      <div class="card-head">
        <h2 id="history">{t.history}</h2>
      </div>
      {shown.length === 0 ? <p class="soft">{t.noHistory}</p> : (
        <ol class="changes">
          {shown.map((change) => <Change key={change.number} change={change} ask={() => setAsking(change.number)} />)}
        </ol>
      )}
      {asking === undefined ? null : (
        <ConfirmChange
          title={fill(t.rollBackTitle, { number: asking })}
          text={fill(t.rollBackText, { number: asking, count: shown.filter(({ number }) => number >= asking).length })}
          action={t.rollBack}
          onYes={(why) => {
            setAsking(undefined);
            changer.rollBack(asking, why);
          }}
          onNo={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}

function Change({ change, ask }: { readonly change: ConfigChange; readonly ask: () => void }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(flagsTexts);
  const may = useMay("operator");
  const { number, at, by, via, why, restores, changes } = change;
  return (
    <li class="change">
      <div class="change-head">
        <h3>{fill(t.number, { number })}</h3>
        <span class="soft small numbers">{moment(at, language.value)}</span>
        <span class="soft small">{by}, {restores === undefined ? t.routes[via] : fill(t.undoes, { number: restores })}</span>
        <button type="button" class="small" disabled={!may} aria-label={`${t.rollBack}: ${fill(t.number, { number })}`} onClick={ask}>
          {t.rollBack}
        </button>
      </div>
      {why === undefined ? null : <q>{why}</q>}
      <ul>
        {changes.map(({ key, before, after, effect }) => (
          <li key={key}>
            <Difference name={key} before={before} after={after} />
            {effect === "restart" ? <span class="soft small">{t.restartNeeded}</span> : null}
          </li>
        ))}
      </ul>
    </li>
  );
}
