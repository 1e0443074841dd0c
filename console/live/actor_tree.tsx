/**
 * The actors of a device: what runs, what ended and how, how often it was started.
 *
 * @module
 */

import type { JSX } from "preact";
import { useConsole, useTexts } from "../context.ts";
import { span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { ActorView, View } from "../recording/view.ts";
import { Empty } from "../ui/states.tsx";
import { liveTexts } from "./texts.ts";

/** What the {@link ActorTree} shows. */
export interface ActorTreeProps {
  readonly view: View;
  /** Microseconds of the recording that count as now. */
  readonly nowUs: number;
  /** How often the device's own actor crashed since the server began; undefined where that is not known. */
  readonly crashes: number | undefined;
}

/** The tree of each connection, the latest first. */
export function ActorTree({ view: { actors, conn }, nowUs, crashes }: ActorTreeProps): JSX.Element {
  const t = useTexts(liveTexts);
  const earlier = [...new Set(actors.map((actor) => actor.conn))].filter((number) => number !== conn).sort((a, b) => b - a);
  const of = (number: number) => actors.filter((actor) => actor.conn === number);
  return (
    <div class="live-tree">
      {actors.length === 0 ? <Empty title={t.noActors} /> : <Connection number={conn} actors={of(conn)} nowUs={nowUs} />}
      {earlier.length === 0 ? null : (
        <details>
          <summary>{t.earlier}</summary>
          {earlier.map((number) => <Connection key={number} number={number} actors={of(number)} nowUs={nowUs} />)}
        </details>
      )}
      {crashes === undefined
        ? null
        : <p class={crashes > 0 ? "crashes bad" : "crashes soft"}>{crashes > 0 ? fill(t.crashes, { count: crashes }) : t.noCrashes}</p>}
    </div>
  );
}

interface ConnectionProps {
  readonly number: number;
  readonly actors: readonly ActorView[];
  readonly nowUs: number;
}

function Connection({ number, actors, nowUs }: ConnectionProps): JSX.Element {
  const t = useTexts(liveTexts);
  const { language } = useConsole();
  return (
    <section>
      <h3>{fill(t.connection, { number })}</h3>
      <ul>
        {actors.map(({ actor, status, starts, failures, t: since }) => {
          const path = actor.split("/");
          const counts = [
            starts === 1 ? t.startedOnce : fill(t.starts, { count: starts }),
            ...(failures > 0 ? [fill(t.failures, { count: failures })] : []),
          ];
          return (
            <li key={actor} class={status} style={{ "--depth": path.length - 1 }}>
              <span class="mono live-actor-name" title={actor}>
                {path.length > 1 ? <span class="hidden-text">{path.slice(0, -1).join("/")}/</span> : null}
                {path.at(-1)}
              </span>
              <span class={`live-actor-status ${status}`}>{t.statuses[status]}</span>
              <span class="soft small numbers">{span((nowUs - since) / 1000, language.value)}</span>
              <span class="soft small live-actor-counts">{counts.join(", ")}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
