/**
 * What narrows the log.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { Icon } from "../ui/icons.tsx";
import { ENTRY_KINDS } from "./entries.ts";
import type { LogFacets, LogFilter } from "./filter.ts";
import { logTexts } from "./texts.ts";

/** What {@link LogFilters} changes. */
export interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly facets: LogFacets;
  readonly onChange: (filter: LogFilter) => void;
}

/** The controls. */
export function LogFilters({ filter, facets, onChange }: LogFiltersProps): JSX.Element {
  const t = useTexts(logTexts);
  const change = (changes: Partial<LogFilter>) => onChange({ ...filter, ...changes });
  const toggle = (kind: (typeof ENTRY_KINDS)[number]) => {
    const kinds = new Set(filter.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    change({ kinds });
  };
  const choice = (label: string, all: string, value: string, names: readonly string[], take: (value: string) => void) => (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => take(event.currentTarget.value)}
    >
      <option value="">{all}</option>
      {(value === "" || names.includes(value) ? names : [value, ...names]).map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
  return (
    <div class="log-filters" role="search">
      <div class="log-search">
        <Icon name="search" size={16} />
        <input
          type="search"
          value={filter.text}
          placeholder={t.searchHint}
          aria-label={t.search}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </div>
      {choice(t.actor, t.allActors, filter.actor, facets.actors, (actor) => change({ actor }))}
      {choice(t.type, t.allTypes, filter.type, facets.types, (type) => change({ type }))}
      <div class="log-kinds" role="group" aria-label={t.kindFilter}>
        {ENTRY_KINDS.filter((kind) => kind !== "gap").map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={filter.kinds.has(kind)}
            onClick={() => toggle(kind)}
          >
            {t.kinds[kind]}
          </button>
        ))}
        <button type="button" aria-pressed={filter.ignored} title={t.ignoredHint} onClick={() => change({ ignored: !filter.ignored })}>
          {t.ignored}
        </button>
      </div>
    </div>
  );
}
