/**
 * All sessions, and the turns in which something was said.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Session, Turn } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { type ListPage, MorePages, usePages } from "../ui/pages.tsx";
import { Empty, Loading } from "../ui/states.tsx";
import { Filters } from "./filters.tsx";
import { Hit } from "./hit.tsx";
import { Import } from "./import.tsx";
import { addressOf, isNarrowed, listsTurns, type Narrowed, narrowedBy } from "./query.ts";
import { SessionRow } from "./row.tsx";
import { sessionsTexts } from "./texts.ts";

/** The page. */
export default function SessionsPage(): JSX.Element {
  const { router, session } = useConsole();
  const t = useTexts(sessionsTexts);
  const may = useMay("operator");
  const [importing, setImporting] = useState(false);
  const [round, setRound] = useState(0);
  if (session.value?.api !== true) {
    return (
      <Page title={t.title}>
        <Empty title={t.apiOffTitle}>
          <p>{t.apiOffText}</p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={t.title}
      aside={
        <div class="row">
          <button type="button" class="quiet" title={t.reload} aria-label={t.reload} onClick={() => setRound(round + 1)}>
            <Icon name="restart" />
          </button>
          <button type="button" disabled={!may} aria-expanded={importing} onClick={() => setImporting(!importing)}>
            <Icon name="upload" /> {t.import}
          </button>
        </div>
      }
    >
      {importing ? <Import imported={() => setRound(round + 1)} /> : null}
      <Filters />
      <List key={round} narrowed={narrowedBy(router.query.value)} />
    </Page>
  );
}

function List({ narrowed }: { readonly narrowed: Narrowed }): JSX.Element {
  const { api, router } = useConsole();
  const t = useTexts(sessionsTexts);
  const ofTurns = listsTurns(narrowed);
  const address = addressOf(narrowed, undefined);
  const pages = usePages<Session | Turn>(
    async (cursor) => await api.get<ListPage<Session | Turn>>(addressOf(narrowed, cursor)),
    [address],
  );
  const { items, error } = pages;
  if (items === undefined) return error === undefined ? <Loading /> : <MorePages pages={pages} />;
  if (items.length === 0 && error === undefined) {
    if (!isNarrowed(narrowed)) {
      return (
        <Empty title={t.noneTitle}>
          <p>{t.noneText}</p>
        </Empty>
      );
    }
    return (
      <Empty title={t.noMatchTitle}>
        <p>{t.noMatchText}</p>
        <button type="button" onClick={() => router.go("/sessions")}>{t.clear}</button>
      </Empty>
    );
  }
  return (
    <>
      {ofTurns ? <p class="soft small">{t.hits}</p> : null}
      <ul class="session-list" aria-busy={pages.busy}>
        {items.map((item) =>
          "turnId" in item
            ? <Hit key={item.turnId} turn={item} search={narrowed.search} />
            : <SessionRow key={item.sessionId} session={item} />
        )}
      </ul>
      <MorePages pages={pages} />
    </>
  );
}
