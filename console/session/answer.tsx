/**
 * An answer as it was heard: its sentences can be played, and what nobody heard is marked.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { latency } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { heardAnswer } from "./heard.ts";
import { PlayButton, type Player } from "./player.tsx";
import { sessionTexts } from "./texts.ts";

/** What is shown of an answer. */
export interface AnswerTextProps {
  readonly turn: Turn;
  readonly player: Player;
  /** Its time and kind, for those who hear the page. */
  readonly label: string;
}

/** The answer; nothing where there was none. */
export function AnswerText({ turn, player, label }: AnswerTextProps): JSX.Element | null {
  const { language } = useConsole();
  const t = useTexts(sessionTexts);
  const { audio, heardMs, replyText, heardText, outcome } = turn;
  if (replyText === "" && heardText === "") return null;
  const { pieces, tail, cut, written } = heardAnswer(turn);
  const starts = pieces.flatMap(({ startMs }) => startMs === undefined ? [] : [startMs]);
  const track = audio.reply === undefined ? undefined : { url: audio.reply, label, starts };
  const isOn = track !== undefined && player.playing && player.track?.url === track.url;
  return (
    <div class="bubble answer-text">
      <span class="hidden-text">{`${t.answer}: `}</span>
      <p>
        {pieces.map(({ heard, rest, startMs }, index) => (
          <span key={index}>
            {track === undefined || startMs === undefined || heard === "" ? heard : (
              <button
                type="button"
                class="sentence"
                title={t.playSentence}
                aria-current={isOn && player.sentence === index ? "true" : undefined}
                onClick={() => player.toggle(track, index)}
              >
                {heard}
              </button>
            )}
            {rest === "" ? null : <Unheard text={rest} />}
            {" "}
          </span>
        ))}
        {tail.trim() === "" ? null : <Unheard text={tail.trimStart()} />}
      </p>
      {track === undefined ? null : <PlayButton player={player} track={track} label={t.playAnswer} />}
      {cut
        ? <p class="cut small">{heardMs > 0 ? fill(t.cut, { span: latency(heardMs, language.value) }) : t.nothingHeard}</p>
        : outcome !== "completed" && heardText === ""
        ? <p class="cut small">{t.nothingHeard}</p>
        : null}
      {track !== undefined && starts.length === 0 ? <p class="small soft">{t.noTimes}</p> : null}
      {written === undefined ? null : (
        <details class="small">
          <summary>{t.written}</summary>
          <p class="written">{written}</p>
        </details>
      )}
    </div>
  );
}

function Unheard({ text }: { readonly text: string }): JSX.Element {
  const t = useTexts(sessionTexts);
  return (
    <>
      <span class="hidden-text">{` (${t.notHeard}:) `}</span>
      <del class="unheard" title={t.notHeard}>{text}</del>
    </>
  );
}
