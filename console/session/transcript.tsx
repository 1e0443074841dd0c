/**
 * The turns of a session, oldest first.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session, Turn } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icons.tsx";
import { type ListPage, MorePages, usePages } from "../ui/pages.tsx";
import { Empty, Loading, useAct } from "../ui/states.tsx";
import { PlayerBar, usePlayer } from "./player.tsx";
import { sessionTexts } from "./texts.ts";
import { TurnItem } from "./turn.tsx";

/** Turns of a page: an evening's talk. */
const LIMIT = 100;
/** Of a turn that is to be deleted, as much is shown, characters. */
const SHOWN = 120;

/** What is shown. */
export interface TranscriptProps {
  readonly session: Session;
  /** Hears that a turn was deleted. */
  readonly changed: () => void;
}

/** The transcript, with its player. */
export function Transcript({ session: { sessionId }, changed }: TranscriptProps): JSX.Element {
  const { api, router } = useConsole();
  const t = useTexts(sessionTexts);
  const act = useAct();
  const player = usePlayer();
  const [asking, setAsking] = useState<Turn>();
  const pages = usePages<Turn>((cursor) => {
    const query = new URLSearchParams({ order: "oldest", limit: `${LIMIT}`, ...(cursor === undefined ? {} : { cursor }) });
    return api.get<ListPage<Turn>>(`/api/sessions/${encodeURIComponent(sessionId)}/turns?${query}`);
  }, [sessionId]);
  const { items, more, busy, error, go } = pages;
  const wanted = router.query.value.get("turn") ?? "";
  const isHere = items?.some(({ turnId }) => turnId === wanted) === true;
  const shown = useRef("");
  useEffect(() => {
    if (wanted === "" || shown.current === wanted) return;
    if (isHere) {
      shown.current = wanted;
      const element = document.getElementById(`turn-${wanted}`);
      element?.scrollIntoView({ block: "center" });
      element?.focus({ preventScroll: true });
    } else if (more && !busy && error === undefined) go();
  }, [wanted, isHere, more, busy]);
  const remove = async (turn: Turn) => {
    setAsking(undefined);
    const done = await act(async () => {
      const erased = await api.deleteTurn(turn.turnId);
      return fill(t.removed, { turns: erased.turns, sessions: erased.sessions, audio: erased.audioFiles });
    });
    if (!done) return;
    pages.replace((all) => all.filter(({ turnId }) => turnId !== turn.turnId));
    changed();
  };
  const silent = items !== undefined && items.length > 0 &&
    items.every(({ audio }) => audio.user === undefined && audio.reply === undefined);
  const gone = wanted !== "" && items !== undefined && !isHere && !more && !busy;
  return (
    <section class="transcript-part" aria-labelledby="transcript">
      <div class="page-head">
        <h2 id="transcript">{t.transcript}</h2>
        <button type="button" class="quiet" title={t.reload} aria-label={t.reload} onClick={() => (pages.reload(), changed())}>
          <Icon name="restart" />
        </button>
      </div>
      {silent ? <p class="soft small">{t.noAudio}</p> : null}
      {gone ? <p class="soft" role="status">{t.goneTurn}</p> : null}
      {items === undefined ? error === undefined ? <Loading /> : null : items.length === 0
        ? (
          <Empty title={t.noneTitle}>
            <p>{t.noneText}</p>
          </Empty>
        )
        : (
          <ol class="transcript">
            {items.map((turn) => (
              <TurnItem
                key={turn.turnId}
                turn={turn}
                wanted={turn.turnId === wanted}
                player={player}
                remove={() => setAsking(turn)}
              />
            ))}
          </ol>
        )}
      <MorePages pages={pages} />
      <PlayerBar player={player} />
      {asking === undefined ? null : (
        <Confirm
          title={t.removeTurnTitle}
          text={fill(t.removeTurnText, { text: [...asking.userText || asking.replyText].slice(0, SHOWN).join("") })}
          action={t.removeTurn}
          onYes={() => remove(asking)}
          onNo={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}
