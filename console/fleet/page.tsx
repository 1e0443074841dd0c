/**
 * The fleet: every device, live.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { count } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { Empty, Loading } from "../ui/states.tsx";
import { FleetCards } from "./cards.tsx";
import { FleetTable } from "./table.tsx";
import { fleetTexts } from "./texts.ts";
import { counts, type Filter, FILTERS, type FleetView, fleetView, type Sort, SORTS } from "./view.ts";

/** Below this width, pixels, cards are what fits. */
const NARROW = 900;

/** The page. */
export default function FleetPage(): JSX.Element {
  const { fleet, router, now, language } = useConsole();
  const t = useTexts(fleetTexts);
  const query = router.query.value;
  const [cards, setCards] = useState(innerWidth < NARROW);
  const view = viewOf(query);
  const devices = fleet.devices.value;
  if (devices === undefined) {
    return (
      <Page title={t.title}>
        <Loading />
      </Page>
    );
  }
  if (devices.size === 0) {
    return (
      <Page title={t.title}>
        <Empty title={t.noneTitle}>
          <p>{t.noneText}</p>
          <a class="button" href="/">{t.startPage}</a>
        </Empty>
      </Page>
    );
  }
  // The time is looked at, not followed: a row does not move because a second went by, but because something happened.
  const at = now.peek();
  const number = counts(devices.values(), at);
  const shown = fleetView(devices.values(), view, at);
  const sortBy = (sort: Sort) => {
    router.setQuery("sort", sort);
    router.setQuery("order", sort === view.sort && !view.descending ? "down" : "");
  };
  const clear = () => ["q", "show"].forEach((name) => router.setQuery(name, ""));
  const total = (value: number) => count(value, language.value);
  return (
    <Page
      title={t.title}
      fills
      aside={
        <p class="soft small">{fill(t.summary, { shown: total(shown.length), all: total(devices.size), online: total(number.online) })}</p>
      }
    >
      <div class="fleet-tools" role="search">
        <div class="fleet-search">
          <Icon name="search" />
          <input
            type="search"
            value={view.search}
            placeholder={t.searchHint}
            aria-label={t.search}
            onInput={(event) => router.setQuery("q", event.currentTarget.value)}
          />
        </div>
        <div class="fleet-filters" role="group" aria-label={t.filter}>
          {FILTERS.map((filter) => (
            <button
              key={filter}
              type="button"
              aria-pressed={filter === view.filter}
              onClick={() => router.setQuery("show", filter === "all" ? "" : filter)}
            >
              {t.filters[filter]} <span class="numbers">{total(number[filter])}</span>
            </button>
          ))}
        </div>
        {cards
          ? (
            <select
              class="fleet-sort"
              aria-label={t.sort}
              value={view.sort}
              onChange={(event) => router.setQuery("sort", event.currentTarget.value)}
            >
              {SORTS.map((sort) => <option key={sort} value={sort}>{t.columns[sort]}</option>)}
            </select>
          )
          : null}
        <div class="fleet-view" role="group" aria-label={t.view}>
          <button type="button" class="quiet" aria-pressed={!cards} aria-label={t.table} title={t.table} onClick={() => setCards(false)}>
            <Icon name="table" />
          </button>
          <button type="button" class="quiet" aria-pressed={cards} aria-label={t.cards} title={t.cards} onClick={() => setCards(true)}>
            <Icon name="cards" />
          </button>
        </div>
      </div>
      {shown.length === 0
        ? (
          <Empty title={t.noMatchTitle}>
            <p>{t.noMatchText}</p>
            <button type="button" onClick={clear}>{t.showAll}</button>
          </Empty>
        )
        : cards
        ? <FleetCards devices={shown} />
        : <FleetTable devices={shown} sort={view.sort} descending={view.descending} onSort={sortBy} />}
    </Page>
  );
}

function viewOf(query: URLSearchParams): FleetView {
  const filter: Filter = FILTERS.find((each) => each === query.get("show")) ?? "all";
  const sort: Sort = SORTS.find((each) => each === query.get("sort")) ?? "state";
  return { search: query.get("q") ?? "", filter, sort, descending: query.get("order") === "down" };
}
