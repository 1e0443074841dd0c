/**
 * What is known of a turn, at a glance.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import type { DeviceSettingsInfo, Turn } from "../../routes/console/types.ts";
import { timeline } from "../../services/timeline/timeline.ts";
import { milliseconds } from "../../services/timeline/words.ts";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import { Link } from "../shell/link.tsx";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** What {@link TurnFacts} shows. */
export interface TurnFactsProps {
  readonly turn: Turn;
  readonly providers: DeviceSettingsInfo["providers"];
}

/** The card of the facts. */
export function TurnFacts({ turn, providers }: TurnFactsProps): JSX.Element {
  const { fleet } = useConsole();
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  const { responseMs, audibleMs } = timeline(turn);
  const ms = (value: number | undefined) => value === undefined ? t.unknown : milliseconds(value, words);
  const row = fleet.devices.value?.get(turn.deviceId);
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [t.response, <strong key="response">{ms(responseMs)}</strong>],
    [t.audible, ms(audibleMs)],
    [t.heard, ms(turn.heardMs)],
    [t.source, t.sources[turn.source]],
    [
      t.device,
      <Link key="device" to={`/devices/${encodeURIComponent(turn.deviceId)}`}>{row === undefined ? turn.deviceId : nameOf(row)}</Link>,
    ],
    [t.session, <Link key="session" to={`/sessions/${encodeURIComponent(turn.sessionId)}`}>{t.openSession}</Link>],
    ...(providers === undefined
      ? []
      : (["recognize", "chat", "synthesize"] as const).map((stage) => [t[stage], providers[stage].join(", ")] as const)),
    ...(turn.origin === undefined ? [] : [[t.origin, turn.origin] as const]),
    [t.id, <span key="id" class="mono">{turn.turnId}</span>],
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <div class="card-head">
        <h2 id="facts">{t.facts}</h2>
      </div>
      {turn.error === undefined ? null : (
        <div class="answer bad turn-error">
          <p>{t.error}</p>
          <pre>{`${turn.error.code}: ${turn.error.message}`}</pre>
        </div>
      )}
      <dl class="facts turn-facts">
        {facts.map(([name, value]) => (
          <div key={name} class={name === t.id || name === t.origin ? "wide" : ""}>
            <dt>{name}</dt>
            <dd class="numbers">{value}</dd>
          </div>
        ))}
      </dl>
      {providers === undefined ? null : <p class="soft small turn-note">{t.providersNote}</p>}
    </section>
  );
}
