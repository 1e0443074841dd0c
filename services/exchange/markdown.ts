/**
 * A conversation as Markdown, for people.
 *
 * @module
 */

import type { ArchivedTurn } from "../history/archive.ts";
import type { StoredTurn } from "../history/store.ts";

/** The heading of a session. */
export function markdownHead({ turn, session }: ArchivedTurn, timezone: string): string {
  const title = session?.title ?? `Conversation of ${timeOf(session?.startedAt ?? turn.startedAt, timezone)}`;
  const facts = [`Device ${code(turn.deviceId)}`, `session ${code(turn.sessionId)}`];
  if (session !== undefined) facts.push(`began ${timeOf(session.startedAt, timezone)}`);
  if (session?.endedAt !== undefined) facts.push(`ended ${timeOf(session.endedAt, timezone)}`);
  return `# ${plain(title)}\n\n${facts.join(", ")}\n\n`;
}

/** A turn: who said what, and what of the answer was heard. */
export function markdownTurn(turn: StoredTurn, timezone: string): string {
  const lines = [`### ${timeOf(turn.startedAt, timezone)}${turn.outcome === "completed" ? "" : ` (${turn.outcome})`}`];
  if (turn.userText !== "") lines.push(`**Person:** ${plain(turn.userText)}`);
  if (turn.replyText !== "") lines.push(`**Answer:** ${plain(turn.replyText)}`);
  if (turn.outcome === "interrupted" && turn.heardText !== turn.replyText) {
    lines.push(turn.heardText === "" ? "*Nothing of it was heard.*" : `*Heard of it:* ${plain(turn.heardText)}`);
  }
  if (turn.error !== undefined) lines.push(`*Failed:* ${plain(turn.error.message)} (${code(turn.error.code)})`);
  return lines.join("\n\n") + "\n\n";
}

function timeOf(instant: number, timezone: string): string {
  const options = { dateStyle: "short", timeStyle: "medium", ...(timezone === "" ? {} : { timeZone: timezone }) } as const;
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", options).format(instant);
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
