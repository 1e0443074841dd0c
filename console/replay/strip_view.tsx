/**
 * The recording at a glance, and where one is in it.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { count } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { useStateName } from "../ui/state_chip.tsx";
import { memo } from "../fleet/memo.ts";
import type { Player } from "./player.ts";
import { PLACES, type Strip } from "./strip.ts";
import { replayTexts } from "./texts.ts";
import { offset } from "./words.ts";

/** Steps of the slider: finer than a screen. */
const STEPS = 10_000;
/** Narrower stretches have no room for a name, of {@link PLACES}. */
const NAMED_PLACES = 45;

/** What a {@link StripView} shows. */
export interface StripViewProps {
  readonly strip: Strip;
  readonly player: Player;
  readonly end: number;
}

/** The strip, with its slider. */
export function StripView({ strip, player, end }: StripViewProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(replayTexts);
  const { startUs, endUs } = strip;
  const length = Math.max(1, endUs - startUs);
  const part = Math.max(0, Math.min(1, (player.nowUs.value - startUs) / length));
  const go = useCallback((at: number) => player.go(at), [player]);
  const press = (event: KeyboardEvent) => {
    // A step of the slider would pass records by.
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
  };
  return (
    <div class="strip">
      <Picture strip={strip} onGo={go} />
      <div class="strip-now" style={{ left: `${part * 100}%` }} aria-hidden="true" />
      <input
        type="range"
        min={0}
        max={STEPS}
        value={Math.round(part * STEPS)}
        aria-label={t.scrub}
        aria-valuetext={fill(t.position, {
          at: count(player.position.value + 1, language.value),
          count: count(end, language.value),
          time: offset(player.nowUs.value - startUs),
        })}
        onKeyDown={press}
        onInput={(event) => player.goToTime(startUs + Number(event.currentTarget.value) / STEPS * length)}
      />
    </div>
  );
}

const Picture = memo<{ readonly strip: Strip; readonly onGo: (at: number) => void }>(({ strip, onGo }) => {
  const t = useTexts(replayTexts);
  const nameOf = useStateName();
  const percent = (places: number) => `${places / PLACES * 100}%`;
  return (
    <div class="strip-picture" role="group" aria-label={t.strip}>
      {strip.stretches.map(({ state, from, to }) =>
        state === "" ? null : (
          <span
            key={from}
            class={`stretch ${state}`}
            style={{ left: percent(from), width: percent(to - from) }}
            title={nameOf(state)}
            data-state={state}
          >
            {to - from < NAMED_PLACES ? null : nameOf(state)}
          </span>
        )
      )}
      {strip.marks.map(({ place, kind, at }) => (
        <button
          key={`${kind} ${place}`}
          type="button"
          class={`mark ${kind}`}
          style={{ left: percent(place) }}
          title={kind === "error" ? t.errors : t.ignored}
          aria-label={kind === "error" ? t.errors : t.ignored}
          tabIndex={-1}
          onClick={() => onGo(at)}
        />
      ))}
    </div>
  );
});
