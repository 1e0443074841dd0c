/**
 * A turn that a search found.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Turn } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { moment } from "../i18n/format.ts";
import { Link } from "../shell/link.tsx";
import { Marked } from "../ui/marked.tsx";
import { useDeviceName } from "./row.tsx";
import { sessionsTexts } from "./texts.ts";

/** The hit: both sides with the words marked. It leads to the turn in its session. */
export function Hit({ turn, search }: { readonly turn: Turn; readonly search: string }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(sessionsTexts);
  const device = useDeviceName();
  const { sessionId, turnId, userText, replyText, outcome, startedAt } = turn;
  return (
    <li>
      <Link to={`/sessions/${encodeURIComponent(sessionId)}?turn=${encodeURIComponent(turnId)}`} class="session-row">
        <span class="session-facts">{`${device(turn.deviceId)} · ${moment(startedAt, language.value)}`}</span>
        {outcome === "completed"
          ? null
          : <span class={`chip plain ${outcome === "failed" || outcome === "crashed" ? "crashed" : ""}`}>{t.outcomes[outcome]}</span>}
        {[[t.person, userText], [t.answer, replyText]].filter(([, text]) => text !== "").map(([who = "", text = ""]) => (
          <span key={who} class="hit-side">
            <span class="soft small">{who}</span>
            <span class="hit-text">
              <Marked text={text} search={search} />
            </span>
          </span>
        ))}
      </Link>
    </li>
  );
}
