/**
 * What happened last, in one line: the event, what guards answered, and whether anything came of it.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { Guards } from "../event_log/entry_row.tsx";
import { stepName, typeName } from "../event_log/words.ts";
import type { Moment } from "./moment.ts";
import { liveTexts } from "./texts.ts";

/** The line. */
export function LastEvent({ view: { event }, machine }: Pick<Moment, "view" | "machine">): JSX.Element {
  const t = useTexts(liveTexts);
  const step = event !== undefined && machine?.last !== undefined && machine.last.seq > event.record.seq ? machine.last : undefined;
  return (
    <p class="last-event">
      <span class="soft">{t.lastEvent}</span>
      {event === undefined ? <span>{t.noEvent}</span> : (
        <>
          <span class="mono strong">{typeName(event.record.type)}</span>
          {event.record.ignored === true ? <span class="log-ignored">{t.unanswered}</span> : null}
          {step === undefined ? null : <span class="log-step">{stepName(step.from, step.to)}</span>}
          <Guards guards={event.guards} />
        </>
      )}
    </p>
  );
}
