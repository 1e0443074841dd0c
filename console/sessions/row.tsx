/**
 * A session in a list.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Session } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import { moment, span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { sessionsTexts } from "./texts.ts";

/** What is shown of a session. */
export interface SessionRowProps {
  readonly session: Session;
  /** Whether its device is left out, where all are of one. */
  readonly ofOne?: boolean;
}

/** The row: what it was about, and when, where and how long it was. */
export function SessionRow({ session, ofOne = false }: SessionRowProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(sessionsTexts);
  const device = useDeviceName();
  const end = useEndName();
  const { sessionId, title, opening, startedAt, endedAt, endReason, turns } = session;
  const facts = [
    ...(ofOne ? [] : [device(session.deviceId)]),
    moment(startedAt, language.value),
    ...(endedAt === undefined ? [] : [fill(t.lasted, { span: span(endedAt - startedAt, language.value) })]),
    fill(t.turns, { count: turns }),
  ];
  return (
    <li>
      <Link to={`/sessions/${encodeURIComponent(sessionId)}`} class="session-row">
        <span class={title === undefined && opening === undefined ? "session-title soft" : "session-title"}>
          {title ?? opening ?? t.untitled}
        </span>
        <span class={`chip plain ${endReason === "error" || endReason === "crashed" ? "crashed" : ""}`}>{end(endReason)}</span>
        <span class="session-facts">{facts.join(" · ")}</span>
      </Link>
    </li>
  );
}

/** Makes names of devices: what people call them, else their ids. */
export function useDeviceName(): (id: string) => string {
  const { fleet } = useConsole();
  const known = fleet.devices.value;
  return (id) => {
    const device = known?.get(id);
    return device === undefined ? id : nameOf(device);
  };
}

/** Says why a session ended, in words; a reason that the words do not know as it is. */
export function useEndName(): (reason: string | undefined) => string {
  const t = useTexts(sessionsTexts);
  const words: Readonly<Record<string, string>> = t.ends;
  return (reason) => reason === undefined ? t.running : Object.hasOwn(words, reason) ? words[reason] ?? reason : reason;
}
