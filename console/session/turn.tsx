/**
 * A turn in the transcript: what was said, what was heard of the answer, how long it took.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { clockTime, latency } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { Icon } from "../ui/icons.tsx";
import { AnswerText } from "./answer.tsx";
import { PlayButton, type Player } from "./player.tsx";
import { responseOf } from "./response.ts";
import { sessionTexts } from "./texts.ts";

/** What is shown of a turn. */
export interface TurnItemProps {
  readonly turn: Turn;
  /** Whether the address of the page names it. */
  readonly wanted: boolean;
  readonly player: Player;
  /** Asks whether it is to be deleted. */
  readonly remove: () => void;
}

/** The turn. */
export function TurnItem({ turn, wanted, player, remove }: TurnItemProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(sessionTexts);
  const may = useMay("operator");
  const { turnId, startedAt, source, outcome, userText, error, origin, audio } = turn;
  const time = clockTime(startedAt, language.value);
  return (
    <li class={wanted ? "turn wanted" : "turn"} id={`turn-${turnId}`} tabIndex={-1}>
      <div class="turn-head">
        <span class="small soft numbers">{`${time} · ${t.sources[source]}`}</span>
        {outcome === "completed"
          ? null
          : <span class={`chip plain ${outcome === "failed" || outcome === "crashed" ? "crashed" : ""}`}>{t.outcomes[outcome]}</span>}
        <button type="button" class="quiet" disabled={!may} title={t.removeTurn} aria-label={`${t.removeTurn}: ${time}`} onClick={remove}>
          <Icon name="trash" size={16} />
        </button>
      </div>
      {source === "say" ? null : (
        <div class="bubble person">
          <span class="hidden-text">{`${t.person}: `}</span>
          <p>{userText === "" ? <span class="soft">{t.noWords}</span> : userText}</p>
          {audio.user === undefined
            ? null
            : <PlayButton player={player} track={{ url: audio.user, label: `${time} · ${t.person}`, starts: [] }} label={t.playPerson} />}
        </div>
      )}
      <AnswerText turn={turn} player={player} label={`${time} · ${source === "say" ? t.announcement : t.answer}`} />
      {error === undefined ? null : <p class="small turn-failure">{fill(t.failed, { ...error })}</p>}
      <Foot turn={turn} />
      {origin === undefined ? null : <p class="small soft">{fill(t.from, { origin })}</p>}
    </li>
  );
}

function Foot({ turn }: { readonly turn: Turn }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(sessionTexts);
  const response = responseOf(turn);
  const length = (ms: number) => latency(ms, language.value);
  return (
    <p class="turn-foot small soft numbers">
      {response === undefined ? null : (
        <>
          <strong>{fill(t.answeredAfter, { span: length(response.ms) })}</strong>
          <span>{response.stages.map(({ name, ms }) => `${t.stages[name]} ${length(ms)}`).join(" · ")}</span>
        </>
      )}
      {turn.heardMs > 0 ? <span>{fill(t.heardFor, { span: length(turn.heardMs) })}</span> : null}
      <Link to={`/turns/${encodeURIComponent(turn.turnId)}`}>{t.timings}</Link>
    </p>
  );
}
