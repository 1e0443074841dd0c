/**
 * The flags: each capability with its switch, and the history with the way back.
 *
 * @module
 */

import type { JSX } from "preact";
import type { ConfigOutcome } from "../../routes/console/types.ts";
import { useMay, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Page } from "../shell/page.tsx";
import { usePoll } from "../ui/poll.ts";
import { Failure, Loading } from "../ui/states.tsx";
import { useChanger, useFlagsLoader } from "./changes.ts";
import { FlagRow } from "./flag_row.tsx";
import { History } from "./history.tsx";
import { flagsTexts } from "./texts.ts";
import { Difference, same } from "./values.tsx";

/** Between two looks at what others may have changed, milliseconds. */
const EVERY_MS = 4000;

/** The page. */
export default function FlagsPage(): JSX.Element {
  const t = useTexts(flagsTexts);
  const may = useMay("operator");
  const { loaded, reload } = usePoll(useFlagsLoader(), EVERY_MS);
  const state = loaded.state === "ready" ? loaded.value : undefined;
  const changer = useChanger(state, reload);
  if (state === undefined) {
    return (
      <Page title={t.title}>
        {loaded.state === "failed" ? <Failure error={loaded.error} retry={reload} /> : <Loading />}
      </Page>
    );
  }
  const { flags, changes } = state;
  const changed = flags.filter((flag) => !same(flag.value, flag.default)).length;
  const lastOf = (name: string) => changes.find((change) => change.changes.some(({ key }) => key === `features.${name}`));
  return (
    <Page title={t.title} aside={<p class="soft small">{fill(t.summary, { count: flags.length, changed })}</p>}>
      <p class="soft">{may ? t.intro : t.viewerNote}</p>
      <div role="status" class="flag-news">
        {changer.news.map(({ number, by, changes }) => (
          <p key={number}>{fill(t.news, { by, keys: changes.map(({ key }) => key).join(", ") })}</p>
        ))}
        {changer.news.length === 0 ? null : <button type="button" class="small" onClick={changer.seen}>{t.seen}</button>}
      </div>
      {changer.outcome === undefined ? null : <Outcome outcome={changer.outcome} />}
      {(["device", "process"] as const).map((scope) => (
        <section key={scope} class="card" aria-labelledby={`flags-${scope}`}>
          <div class="card-head">
            <h2 id={`flags-${scope}`}>{t.scopes[scope]}</h2>
          </div>
          <ul class="flags">
            {flags.filter((flag) => flag.scope === scope).map((flag) => (
              <FlagRow key={flag.name} flag={flag} last={lastOf(flag.name)} changer={changer} />
            ))}
          </ul>
        </section>
      ))}
      <History changes={changes} changer={changer} />
    </Page>
  );
}

function Outcome({ outcome: { changes, needRestart, skipped } }: { readonly outcome: ConfigOutcome }): JSX.Element {
  const t = useTexts(flagsTexts);
  return (
    <section class="card outcome" aria-labelledby="outcome">
      <h2 id="outcome">{t.result}</h2>
      {changes.length === 0 ? <p class="soft">{t.resultNone}</p> : (
        <ul>
          {changes.map(({ key, before, after }) => (
            <li key={key}>
              <Difference name={key} before={before} after={after} />
            </li>
          ))}
        </ul>
      )}
      {needRestart.length === 0 ? null : <p class="small">{fill(t.needRestart, { keys: needRestart.join(", ") })}</p>}
      {skipped.length === 0 ? null : <p class="small">{fill(t.skipped, { keys: skipped.join(", ") })}</p>}
    </section>
  );
}
