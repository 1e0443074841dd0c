/**
 * What was said, what was answered, and what of the answer was heard.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import { milliseconds } from "../../services/timeline/words.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** The card of what was said. */
export function Said({ turn }: { readonly turn: Turn }): JSX.Element {
  const t = useTexts(turnTexts);
  const { userText, source, audio } = turn;
  return (
    <section class="card said" aria-labelledby="said">
      <div class="card-head">
        <h2 id="said">{t.said}</h2>
      </div>
      <h3>{t.person}</h3>
      {userText === ""
        ? <p class="soft">{source === "say" ? t.noUserAnnounced : t.noUserText}</p>
        : <blockquote dir="auto">{userText}</blockquote>}
      {audio.user === undefined ? null : <audio controls preload="none" src={audio.user} aria-label={t.playUser} />}
      <h3>{t.answer}</h3>
      <Answer turn={turn} />
      {audio.reply === undefined ? null : <audio controls preload="none" src={audio.reply} aria-label={t.playReply} />}
      {audio.user === undefined && audio.reply === undefined ? <p class="soft small">{t.noAudio}</p> : null}
    </section>
  );
}

function Answer({ turn: { replyText, heardText, heardMs } }: { readonly turn: Turn }): JSX.Element {
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  if (replyText === "" && heardText === "") return <p class="soft">{t.noReply}</p>;
  const parts = heardPart(replyText, heardText);
  if (parts === undefined) {
    return (
      <>
        <blockquote dir="auto">{replyText}</blockquote>
        <h3>{t.heardOnly}</h3>
        <blockquote dir="auto">{heardText}</blockquote>
      </>
    );
  }
  const { heard, rest } = parts;
  return (
    <>
      <blockquote dir="auto">
        {heard}
        {rest === "" ? null : (
          <>
            <span class="hidden-text">{t.notHeard}</span>
            <del>{rest}</del>
          </>
        )}
      </blockquote>
      <p class="soft small">
        {rest === "" ? t.heardAll : heard === "" ? t.heardNone : fill(t.heardSome, { heard: milliseconds(heardMs, words) })}
      </p>
    </>
  );
}

/** What of an answer was heard, and the rest; undefined where what was heard is no beginning of it, white space aside. */
export function heardPart(written: string, heard: string): { readonly heard: string; readonly rest: string } | undefined {
  let at = 0;
  for (const char of heard) {
    if (/\s/u.test(char)) continue;
    while (at < written.length && /\s/u.test(written[at]!)) at++;
    if (!written.startsWith(char, at)) return undefined;
    at += char.length;
  }
  const rest = written.slice(at);
  return rest.trim() === "" ? { heard: written, rest: "" } : { heard: written.slice(0, at), rest };
}
