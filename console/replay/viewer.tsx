/**
 * An opened recording: the player, and what there is to see at the moment that it shows.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import type { RecordLine } from "../../services/recorder/read.ts";
import { StateChart } from "../chart/chart.tsx";
import { type ChartLife, lifeOf } from "../chart/life.ts";
import { useConsole, useTexts } from "../context.ts";
import { LogEntries } from "../event_log/entries.ts";
import { EventLog } from "../event_log/event_log.tsx";
import { count, moment } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { ActorTree } from "../live/actor_tree.tsx";
import { ContextDiff } from "../live/context_diff.tsx";
import { type Fact, mainMachine, type View } from "../recording/view.ts";
import { Empty } from "../ui/states.tsx";
import { Breakpoints } from "./breakpoint_list.tsx";
import { Controls } from "./controls.tsx";
import { Facts } from "./facts.tsx";
import { Keep } from "./keep.tsx";
import type { Opened } from "./opened.ts";
import { Player } from "./player.ts";
import { StripView } from "./strip_view.tsx";
import { replayTexts } from "./texts.ts";

/** The recording. */
export function Viewer({ opened }: { readonly opened: Opened }): JSX.Element {
  const { clock, language } = useConsole();
  const t = useTexts(replayTexts);
  const { model, recording: { header, records } } = opened;
  const player = useMemo(() => new Player(clock, model), [model]);
  useEffect(() => () => player[Symbol.dispose](), [player]);
  return (
    <>
      <p class="row small soft opened-facts">
        <strong class="mono">{opened.name}</strong>
        <span class="mono">{header.device}</span>
        <span>{moment(header.epoch, language.value)}</span>
        <span>{fill(t.version, { version: header.app })}</span>
        <span>{fill(t.records, { count: count(records.length, language.value) })}</span>
      </p>
      <Warnings opened={opened} />
      {records.length === 0 ? <Empty title={t.noRecords} /> : <Playing opened={opened} player={player} />}
    </>
  );
}

function Warnings({ opened: { recording: { header, cut }, chart, fits, lacking } }: { readonly opened: Opened }): JSX.Element | null {
  const { language } = useConsole();
  const t = useTexts(replayTexts);
  const { machine, dropped, faults } = header;
  const all = [
    ...(cut ? [t.cut] : []),
    ...(dropped > 0 ? [fill(t.dropped, { count: count(dropped, language.value) })] : []),
    ...(faults === undefined ? [] : [fill(t.faults, faults)]),
    ...(machine === undefined ? [t.noMachine] : chart === undefined ? [fill(t.noChart, { machine: machine.id })] : []),
    ...(chart === undefined || fits || machine === undefined ? [] : [fill(t.otherChart, { then: machine.hash, now: chart.hash })]),
    ...(lacking.length === 0 ? [] : [fill(t.lacking, { states: lacking.join(", ") })]),
  ];
  if (all.length === 0) return null;
  return <ul class="warnings" role="status">{all.map((text) => <li key={text}>{text}</li>)}</ul>;
}

function Playing({ opened, player }: { readonly opened: Opened; readonly player: Player }): JSX.Element {
  const t = useTexts(replayTexts);
  const { model, chart, fits, strip, recording } = opened;
  const at = player.position.value;
  const view = useMemo(() => model.at(at), [model, at]);
  const entries = useMemo(() => {
    const log = new LogEntries();
    for (const [index, record] of recording.records.entries()) log.append(record, index);
    return log.list();
  }, [recording]);
  const select = useCallback((position: number | undefined) => position === undefined ? undefined : player.go(position), [player]);
  return (
    <>
      <section class="card player" aria-label={t.player}>
        <StripView strip={strip} player={player} end={model.end} />
        <Controls opened={opened} player={player} />
        <Breakpoints opened={opened} player={player} />
        <p class="small soft keys">{t.keys}</p>
      </section>
      {chart === undefined ? null : (
        <Panel id="replay-chart" title={t.chart}>
          <StateChart chart={chart} life={shownLife(lifeOf(chart, view, mainOf(view, chart.id), player.nowUs.value), fits)} />
        </Panel>
      )}
      <div class="replay-below">
        <Panel id="replay-log" title={t.log}>
          <EventLog entries={entries} selected={at} onSelect={select} />
        </Panel>
        <div class="replay-side">
          <Panel id="replay-context" title={t.context}>
            <ContextDiff context={contextOf(opened, view)} />
          </Panel>
          <Panel id="replay-actors" title={t.actors}>
            <ActorTree view={view} nowUs={player.nowUs.value} crashes={undefined} />
          </Panel>
          <Panel id="replay-known" title={t.known}>
            <Facts view={view} />
          </Panel>
        </div>
      </div>
      <Panel id="replay-keep" title={t.keep}>
        <Keep opened={opened} />
      </Panel>
    </>
  );
}

function Panel(
  { id, title, children }: { readonly id: string; readonly title: string; readonly children: ComponentChildren },
): JSX.Element {
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
      </div>
      {children}
    </section>
  );
}

/** The context at a moment, and the record that changed it last; nothing in recordings of versions that kept none. */
function contextOf({ model }: Opened, { facts }: View): { readonly fact: Fact; readonly record: RecordLine | undefined } | undefined {
  const fact = facts.find(({ name }) => name === "context");
  return fact && { fact, record: model.record(model.positionOf(fact.seq)) };
}

/** The machine of the chart at a moment. */
function mainOf(view: View, chart: string): ReturnType<typeof mainMachine> {
  const main = mainMachine(view);
  return main?.machine === chart ? main : undefined;
}

/** Numbers of transitions mean something in the chart they were recorded with alone. */
function shownLife(life: ChartLife, fits: boolean): ChartLife {
  if (fits) return life;
  return { ...life, last: [], guards: new Map(), heat: life.heat && { ...life.heat, edges: new Map() } };
}
