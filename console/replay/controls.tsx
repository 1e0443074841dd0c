/**
 * The player's buttons, and the keys that do the same.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { count } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import type { Opened } from "./opened.ts";
import { type Player, SPEEDS } from "./player.ts";
import { replayTexts } from "./texts.ts";
import { eventName, offset, pathOf } from "./words.ts";

/** What the {@link Controls} play. */
export interface ControlsProps {
  readonly opened: Opened;
  readonly player: Player;
}

/** The controls, and what happened last. */
export function Controls({ opened, player }: ControlsProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(replayTexts);
  useKeys(player);
  const { model, strip } = opened;
  const at = player.position.value;
  const playing = player.playing.value;
  const button = (icon: IconName, title: string, act: () => void, disabled = false) => (
    <button type="button" class="quiet" title={title} aria-label={title} disabled={disabled} onClick={act}>
      <Icon name={icon} />
    </button>
  );
  const [isFirst, isLast] = [at <= 0, at >= model.end - 1];
  return (
    <div class="controls">
      <div class="row">
        {button("first", t.first, () => player.go(0), isFirst)}
        {button("previous", t.back, () => player.step(-1), isFirst)}
        <button
          type="button"
          class="primary"
          aria-label={playing ? t.pause : t.play}
          onClick={() => playing ? player.pause() : player.play()}
        >
          <Icon name={playing ? "pause" : "play"} />
        </button>
        {button("next", t.forward, () => player.step(1), isLast)}
        {button("last", t.last, () => player.go(model.end - 1), isLast)}
        {button("run", t.run, () => player.run(), player.breakpoints.value.length === 0)}
        <label class="speed">
          <span class="hidden-text">{t.speed}</span>
          <select value={player.speed.value} onChange={(event) => player.speed.value = Number(event.currentTarget.value)}>
            {SPEEDS.map((speed) => <option key={speed} value={speed}>{fill(t.times, { speed })}</option>)}
          </select>
        </label>
      </div>
      <p class="numbers position">
        <strong>{offset(player.nowUs.value - strip.startUs)}</strong>
        <span class="soft small">{`${count(at + 1, language.value)} / ${count(model.end, language.value)}`}</span>
      </p>
      <LastRecord opened={opened} at={at} />
    </div>
  );
}

function LastRecord({ opened: { model, chart }, at }: { readonly opened: Opened; readonly at: number }): JSX.Element | null {
  const t = useTexts(replayTexts);
  const record = model.record(at);
  if (record === undefined) return null;
  const kinds: Readonly<Record<string, string>> = t.kinds;
  return (
    <p class="last-record">
      <span class={`record-kind ${Object.hasOwn(kinds, record.kind) ? record.kind : ""}`}>{kinds[record.kind] ?? record.kind}</span>
      <span class="mono">{eventName(record.type, chart)}</span>
      {record.kind === "step" ? <span class="soft">{pathOf(record)}</span> : null}
      {record.kind !== "step" && record.actor !== "" ? <span class="soft mono">{record.actor}</span> : null}
      {record.ignored === true ? <span class="record-kind ignored">{t.noTransition}</span> : null}
    </p>
  );
}

/** What has its own use for the arrow keys, the space bar or letters. */
const OWN_KEYS = "input:not([type=range]), textarea, select, button, summary, a, [role=listbox], .chart-canvas";

function useKeys(player: Player): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      const isOwn = target?.closest(OWN_KEYS) !== null && target !== null;
      // A button has a use for the space bar alone, which presses it.
      if (isOwn && !(target?.closest("button") !== null && event.key !== " " && event.key !== "Enter")) return;
      const act = actionOf(event.key, event.shiftKey, player);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [player]);
}

function actionOf(key: string, shift: boolean, player: Player): (() => void) | undefined {
  switch (key) {
    case " ":
      return () => player.playing.peek() ? player.pause() : player.play();
    case "ArrowLeft":
      return () => shift ? player.stepChange(-1) : player.step(-1);
    case "ArrowRight":
      return () => shift ? player.stepChange(1) : player.step(1);
    case "Home":
      return () => player.go(0);
    case "End":
      return () => player.go(Number.MAX_SAFE_INTEGER);
    case "b":
    case "B":
      return () => player.run();
    default:
      return undefined;
  }
}
