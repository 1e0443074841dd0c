/**
 * What flows between this server and others: history that is taken in, and why turns are not delivered where they are not.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Overview, SyncSourceState } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { count, span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { overviewTexts } from "./texts.ts";

/** The card. */
export function Sync({ overview: { sync, outbox, now } }: { readonly overview: Overview }): JSX.Element {
  const t = useTexts(overviewTexts);
  const roles: Readonly<Record<string, string>> = t.roles;
  const { role, sources = [] } = sync ?? {};
  return (
    <section class="card" aria-labelledby="sync">
      <div class="card-head">
        <h2 id="sync">{t.sync}</h2>
        {role === undefined ? null : <span class="soft small">{roles[role] ?? role}</span>}
      </div>
      {sources.length === 0
        ? <p class="soft">{t.noSync}</p>
        : sources.map((source) => <Source key={source.name} source={source} now={now} />)}
      {outbox?.error === undefined ? null : (
        <p class="small is-bad">
          {t.outbox}: {outbox.error}
        </p>
      )}
    </section>
  );
}

function Source({ source, now }: { readonly source: SyncSourceState; readonly now: number }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(overviewTexts);
  const lang = language.value;
  const { name, lagMs, lastSuccessAt, added, error } = source;
  return (
    <div class="source">
      <h3 class="mono">{name}</h3>
      <dl class="facts">
        <div>
          <dt>{t.source.lag}</dt>
          <dd class="numbers">{lagMs === undefined ? t.unknown : span(lagMs, lang)}</dd>
        </div>
        <div>
          <dt>{t.source.last}</dt>
          <dd class="numbers">
            {lastSuccessAt === undefined ? t.source.never : fill(t.ago, { span: span(now - lastSuccessAt, lang) })}
          </dd>
        </div>
        <div>
          <dt>{t.source.added}</dt>
          <dd class="numbers">{count(added, lang)}</dd>
        </div>
      </dl>
      {error === undefined ? null : <p class="small is-bad">{error}</p>}
    </div>
  );
}
