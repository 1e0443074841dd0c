/**
 * The figures: each with what it was within the last hour, where the server knows.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import type { Overview } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { BUSY } from "../fleet/view.ts";
import { bytes, count, latency, share, span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { overviewTexts } from "./texts.ts";

/** Digits behind the point of an availability: a thousandth of a percent is 26 s of a month. */
const DIGITS = 3;

interface TileProps {
  readonly label: string;
  readonly value: string;
  readonly text: ComponentChildren;
  readonly line?: readonly number[];
  readonly bad?: boolean;
  /** Whether it takes the room of two. */
  readonly wide?: boolean;
  /** Path of the page that says more. */
  readonly to?: string;
}

/** The tiles. */
export function Tiles({ overview }: { readonly overview: Overview }): JSX.Element {
  const t = useTexts(overviewTexts);
  const { language } = useConsole();
  const lang = language.value;
  const { devices, responses, availability, machine, cache, lastHour } = overview;
  const busy = Object.entries(devices.states).reduce((sum, [state, number]) => BUSY.has(state) ? sum + number : sum, 0);
  const month = availability?.find(({ window }) => window === "30d");
  const of = (window: string) => {
    const found = availability?.find((each) => each.window === window);
    return found === undefined ? t.unknown : share(found.ratio, DIGITS, lang);
  };
  return (
    <ul class="tiles">
      <Tile
        label={t.devices}
        value={count(devices.connected, lang)}
        text={fill(t.busy, { count: count(busy, lang) })}
        line={lastHour.devices}
        to="/devices"
      />
      <Tile
        label={t.turns}
        value={count(devices.turnsToday, lang)}
        text={devices.failedToday === 0 ? t.noneFailed : fill(t.failed, { count: count(devices.failedToday, lang) })}
        bad={devices.failedToday > 0}
        line={lastHour.turns}
      />
      <Tile
        label={t.availability}
        wide
        value={month === undefined ? "–" : share(month.ratio, DIGITS, lang)}
        bad={(month?.budgetLeft ?? 1) <= 0}
        text={month === undefined ? t.unknown : (
          <>
            <Budget left={month.budgetLeft} />
            <span class="soft">{fill(t.windows, { day: of("24h"), hour: of("1h") })}</span>
          </>
        )}
      />
      <Tile
        label={t.responses}
        value={responses === undefined ? "–" : latency(responses.p50Ms, lang)}
        text={responses === undefined ? t.responsesNone : fill(t.responsesText, { p95: latency(responses.p95Ms, lang) })}
      />
      <Tile label={t.loop} value={latency(machine.loopDelayMs, lang)} text={t.loopText} line={lastHour.loopDelayMs} />
      <Tile label={t.memory} value={bytes(machine.rssBytes, lang)} text={t.memoryText} line={lastHour.rssMib} />
      <Tile
        label={t.disk}
        value={machine.diskFreeBytes === undefined ? "–" : bytes(machine.diskFreeBytes, lang)}
        text={machine.diskFreeBytes === undefined ? t.unknown : t.diskText}
      />
      <Tile
        label={t.cache}
        value={cache === undefined || cache.reads === 0 ? "–" : share(cache.hits / cache.reads, 1, lang)}
        text={cache === undefined
          ? t.unknown
          : !cache.enabled
          ? t.cacheOff
          : cache.reads === 0
          ? t.cacheNone
          : fill(t.cacheText, { count: count(cache.reads, lang) })}
      />
      <OutboxTile outbox={overview.outbox} />
    </ul>
  );
}

function OutboxTile({ outbox }: { readonly outbox: Overview["outbox"] }): JSX.Element {
  const t = useTexts(overviewTexts);
  const { language } = useConsole();
  const lang = language.value;
  if (outbox === undefined) return <Tile label={t.outbox} value="–" text={t.unknown} />;
  const { depth, delivered, oldestAgeMs, parked } = outbox;
  const states: Readonly<Record<string, string>> = t.delivery;
  const state = states[outbox.state] ?? outbox.state;
  const text = outbox.state === "local"
    ? t.outboxLocal
    : depth === 0
    ? fill(t.outboxEmpty, { state, count: count(delivered, lang) })
    : fill(t.outboxText, { state, age: span(oldestAgeMs, lang) });
  return (
    <Tile
      label={t.outbox}
      value={outbox.state === "local" ? "–" : fill(t.waiting, { count: count(depth, lang) })}
      bad={parked > 0 || outbox.state === "blocked" || outbox.state === "down"}
      text={parked === 0 ? text : `${text} · ${fill(t.parked, { count: count(parked, lang) })}`}
    />
  );
}

function Budget({ left }: { readonly left: number }): JSX.Element {
  const t = useTexts(overviewTexts);
  const { language } = useConsole();
  const shown = Math.max(0, Math.min(1, left));
  const words = left <= 0 ? t.budgetGone : fill(t.budget, { left: share(shown, 0, language.value) });
  return (
    <span class="budget">
      <span class={left <= 0 ? "budget-bar gone" : left < 0.25 ? "budget-bar low" : "budget-bar"} aria-hidden="true">
        <span style={{ width: `${100 * shown}%` }} />
      </span>
      <span>{words}</span>
    </span>
  );
}

function Tile({ label, value, text, line, bad = false, wide = false, to }: TileProps): JSX.Element {
  const t = useTexts(overviewTexts);
  return (
    <li class={`tile${bad ? " bad" : ""}${wide ? " wide" : ""}`}>
      <span class="tile-label">{to === undefined ? label : <Link to={to}>{label}</Link>}</span>
      <span class="tile-row">
        <span class="tile-value numbers">{value}</span>
        {line === undefined ? null : <Sparkline values={line} width={56} height={24} label={fill(t.hour, { what: label, now: value })} />}
      </span>
      <span class="tile-text small">{text}</span>
    </li>
  );
}
