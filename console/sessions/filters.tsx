/**
 * What the list of sessions can be narrowed by.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { ENDS, listsTurns, MAX_SEARCH, narrowedBy, OUTCOMES } from "./query.ts";
import { sessionsTexts } from "./texts.ts";

/** After the last key, milliseconds: a search for every letter would be in the way of the next one. */
const TYPING_MS = 300;

/** The search field and the filters. */
export function Filters(): JSX.Element {
  const { router, fleet } = useConsole();
  const t = useTexts(sessionsTexts);
  const narrowed = narrowedBy(router.query.value);
  const devices = [...fleet.devices.value?.values() ?? []].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const isKnown = devices.some(({ id }) => id === narrowed.device);
  return (
    <div class="session-filters" role="search">
      <SearchField />
      <Field id="of-device" label={t.device}>
        <select id="of-device" value={narrowed.device} onChange={(event) => router.setQuery("device", event.currentTarget.value)}>
          <option value="">{t.allDevices}</option>
          {narrowed.device === "" || isKnown ? null : <option value={narrowed.device}>{narrowed.device}</option>}
          {devices.map((device) => <option key={device.id} value={device.id}>{nameOf(device)}</option>)}
        </select>
      </Field>
      <Field id="from" label={t.from}>
        <input id="from" type="date" value={narrowed.from} onChange={(event) => router.setQuery("from", event.currentTarget.value)} />
      </Field>
      <Field id="until" label={t.until}>
        <input id="until" type="date" value={narrowed.until} onChange={(event) => router.setQuery("until", event.currentTarget.value)} />
      </Field>
      <Field id="outcome" label={t.how}>
        <select id="outcome" value={narrowed.outcome} onChange={(event) => router.setQuery("outcome", event.currentTarget.value)}>
          <option value="">{t.anyHow}</option>
          {OUTCOMES.map((outcome) => <option key={outcome} value={outcome}>{t.outcomes[outcome]}</option>)}
        </select>
      </Field>
      <Field id="end" label={t.ended}>
        <select
          id="end"
          value={narrowed.end}
          disabled={listsTurns(narrowed)}
          onChange={(event) => router.setQuery("end", event.currentTarget.value)}
        >
          <option value="">{t.anyEnd}</option>
          {ENDS.map((end) => <option key={end} value={end}>{t.ends[end]}</option>)}
        </select>
      </Field>
    </div>
  );
}

function SearchField(): JSX.Element {
  const { router, clock } = useConsole();
  const t = useTexts(sessionsTexts);
  const given = router.query.value.get("q") ?? "";
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  useEffect(() => {
    if (text === given) return;
    const timer = clock.setTimeout(() => router.setQuery("q", text), TYPING_MS);
    return () => clock.clearTimeout(timer);
  }, [text]);
  return (
    <div class="fleet-search">
      <Icon name="search" />
      <input
        type="search"
        value={text}
        maxLength={MAX_SEARCH}
        placeholder={t.searchHint}
        aria-label={t.search}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}
