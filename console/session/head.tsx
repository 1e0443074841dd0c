/**
 * What is known of a session, and what can be done with it.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Session } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { moment, span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { useDeviceName, useEndName } from "../sessions/row.tsx";
import { Link } from "../shell/link.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { useAct } from "../ui/states.tsx";
import { sessionTexts } from "./texts.ts";

/** Longest title, as the server takes it. */
const MAX_TITLE = 200;
const FORMATS = ["jsonl", "markdown", "zip"] as const;

/** The card of the facts and of taking out. */
export function SessionFacts({ session }: { readonly session: Session }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(sessionTexts);
  const device = useDeviceName();
  const end = useEndName();
  const { sessionId, deviceId, startedAt, endedAt, endReason, turns } = session;
  const facts: readonly (readonly [string, JSX.Element | string | number])[] = [
    [t.device, <Link key="device" to={`/devices/${encodeURIComponent(deviceId)}`}>{device(deviceId)}</Link>],
    [t.began, moment(startedAt, language.value)],
    [t.ended, endedAt === undefined ? t.running : moment(endedAt, language.value)],
    ...(endedAt === undefined ? [] : [[t.lasted, span(endedAt - startedAt, language.value)]] as const),
    [t.why, end(endReason)],
    [t.turns, turns],
    [t.id, <span key="id" class="mono">{sessionId}</span>],
  ];
  return (
    <section class="card session-head" aria-labelledby="facts">
      <h2 id="facts">{t.facts}</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="numbers">{value}</dd>
          </div>
        ))}
      </dl>
      <div class="row">
        <span class="soft small" id="export">{t.export}</span>
        {FORMATS.map((format) => (
          <a
            key={format}
            class="button"
            href={`/api/sessions/${encodeURIComponent(sessionId)}/export?format=${format}`}
            download
            aria-describedby="export"
          >
            <Icon name="record" size={16} /> {t[format]}
          </a>
        ))}
        <Remove session={session} />
      </div>
    </section>
  );
}

function Remove({ session: { sessionId, turns } }: { readonly session: Session }): JSX.Element {
  const { api, router } = useConsole();
  const t = useTexts(sessionTexts);
  const act = useAct();
  const may = useMay("operator");
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    setAsking(false);
    const done = await act(async () => {
      const erased = await api.deleteSession(sessionId);
      return fill(t.removed, { turns: erased.turns, sessions: erased.sessions, audio: erased.audioFiles });
    });
    if (done) router.go("/sessions");
  };
  return (
    <>
      <button type="button" class="danger" disabled={!may} onClick={() => setAsking(true)}>
        <Icon name="trash" /> {t.remove}
      </button>
      {asking
        ? (
          <Confirm
            title={t.removeTitle}
            text={fill(t.removeText, { turns })}
            action={t.remove}
            onYes={remove}
            onNo={() => setAsking(false)}
          />
        )
        : null}
    </>
  );
}

/** What {@link Retitle} changes. */
export interface RetitleProps {
  readonly session: Session;
  readonly changed: (session: Session) => void;
}

/** A button that becomes a field for the title. */
export function Retitle({ session: { sessionId, title = "" }, changed }: RetitleProps): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(sessionTexts);
  const common = useTexts(commonTexts);
  const act = useAct();
  const may = useMay("operator");
  const [text, setText] = useState<string>();
  if (text === undefined) {
    return (
      <button type="button" disabled={!may} onClick={() => setText(title)}>
        <Icon name="edit" size={16} /> {t.rename}
      </button>
    );
  }
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await act(async () => {
      changed(await api.titleSession(sessionId, text));
      return common.saved;
    });
    if (done) setText(undefined);
  };
  return (
    <form class="retitle" onSubmit={submit}>
      <Field id="title" label={t.titleLabel} help={t.titleHelp}>
        <input
          id="title"
          value={text}
          maxLength={MAX_TITLE}
          aria-describedby="title-help"
          ref={(element) => element?.focus()}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <button type="submit" class="primary">{common.save}</button>
      <button type="button" onClick={() => setText(undefined)}>{common.cancel}</button>
    </form>
  );
}
