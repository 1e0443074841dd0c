/**
 * A conversation as Markdown, for people.
 *
 * @module
 */

import type { ArchivedTurn } from "../history/archive.ts";
import type { StoredTurn } from "../history/store.ts";

/** Writes sessions and turns. */
export interface MarkdownWriter {
  /** The heading of a session. */
  head(first: ArchivedTurn): string;
  /** A turn: who said what, and what of the answer was heard. */
  turn(turn: StoredTurn): string;
}

/** A writer with the times of an IANA zone; empty takes the machine's. */
export function markdownWriter(timezone: string): MarkdownWriter {
  // Swedish writes dates as ISO 8601 does. One for all times: making it takes longer than a thousand uses.
  const format = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "medium",
    ...(timezone === "" ? {} : { timeZone: timezone }),
  });
  const timeOf = (instant: number) => format.format(instant);
  return {
    head: ({ turn, session }) => {
      const title = session?.title ?? `Conversation of ${timeOf(session?.startedAt ?? turn.startedAt)}`;
      const facts = [`Device ${code(turn.deviceId)}`, `session ${code(turn.sessionId)}`];
      if (session !== undefined) facts.push(`began ${timeOf(session.startedAt)}`);
      if (session?.endedAt !== undefined) facts.push(`ended ${timeOf(session.endedAt)}`);
      return `# ${plain(title)}\n\n${facts.join(", ")}\n\n`;
    },
    turn: (turn) => {
      const lines = [`### ${timeOf(turn.startedAt)}${turn.outcome === "completed" ? "" : ` (${turn.outcome})`}`];
      if (turn.userText !== "") lines.push(`**Person:** ${plain(turn.userText)}`);
      if (turn.replyText !== "") lines.push(`**Answer:** ${plain(turn.replyText)}`);
      if (turn.outcome === "interrupted" && turn.heardText !== turn.replyText) {
        lines.push(turn.heardText === "" ? "*Nothing of it was heard.*" : `*Heard of it:* ${plain(turn.heardText)}`);
      }
      if (turn.error !== undefined) lines.push(`*Failed:* ${plain(turn.error.message)} (${code(turn.error.code)})`);
      return lines.join("\n\n") + "\n\n";
    },
  };
}

/** Text that stays text: no markup, no HTML, no heading or list, whatever was said. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()<>#|~!&]/g, "\\$&").replace(/\s*\n\s*/g, "  \n").replace(/^([-+=])/gm, "\\$1").replace(
    /^(\d+)([.)])/gm,
    "$1\\$2",
  );
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("\n", " ")}\``;
}
