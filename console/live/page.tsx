/**
 * A device while it thinks: its state chart, its events, its actors and its context, now or at a moment that somebody chose.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { StateChart } from "../chart/chart.tsx";
import { loadCharts } from "../chart/load.ts";
import { useConsole, useTexts } from "../context.ts";
import { EventLog } from "../event_log/event_log.tsx";
import { clockTime } from "../event_log/words.ts";
import { nameOf } from "../fleet/view.ts";
import { count } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { PageProps } from "../pages.ts";
import { Link } from "../shell/link.tsx";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { useLoad } from "../ui/load.ts";
import { StateChip, TimeInState } from "../ui/state_chip.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { ActorTree } from "./actor_tree.tsx";
import { ContextDiff } from "./context_diff.tsx";
import { Download } from "./download.tsx";
import { LastEvent } from "./last_event.tsx";
import type { LiveState } from "./live_recording.ts";
import { momentOf } from "./moment.ts";
import { Parts } from "./parts.tsx";
import { liveTexts } from "./texts.ts";
import { type Followed, useRecording } from "./use_recording.ts";

/** The machine of a device. */
const MACHINES = ["device"];

/** The page. */
export default function LivePage({ params }: PageProps): JSX.Element {
  const { api, fleet } = useConsole();
  const t = useTexts(liveTexts);
  const id = (params.id ?? "").toLowerCase();
  const row = fleet.devices.value?.get(id);
  const { loaded, reload } = useLoad(() => loadCharts(api, MACHINES), []);
  return (
    <Page
      title={fill(t.title, { name: row === undefined ? id : nameOf(row) })}
      above={
        <Link to={`/devices/${encodeURIComponent(id)}`} class="above">
          <Icon name="back" size={16} /> {t.back}
        </Link>
      }
      aside={row === undefined ? null : (
        <p class="row">
          <StateChip state={row.state} /> <TimeInState device={row} />
        </p>
      )}
    >
      {loaded.state === "failed"
        ? <Failure error={loaded.error} retry={reload} />
        : loaded.state === "loading"
        ? <Loading />
        : <Live deviceId={id} charts={loaded.value} />}
    </Page>
  );
}

interface LiveProps {
  readonly deviceId: string;
  readonly charts: ReadonlyMap<string, DrawnChart>;
}

function Live({ deviceId, charts }: LiveProps): JSX.Element {
  const t = useTexts(liveTexts);
  const followed = useRecording(deviceId, useMemo(() => [...charts.values()], [charts]));
  const { state, problem } = followed;
  if (state !== undefined) return <Recording deviceId={deviceId} charts={charts} followed={followed} state={state} />;
  if (problem?.code === "recorder_off") {
    return (
      <Empty title={t.offTitle}>
        <p>{t.offText}</p>
      </Empty>
    );
  }
  if (problem?.code === "recording_not_found") {
    return (
      <Empty title={t.waitingTitle}>
        <p>{t.waitingText}</p>
      </Empty>
    );
  }
  return problem === undefined ? <Loading /> : <Failure error={problem} />;
}

interface RecordingProps extends LiveProps {
  readonly followed: Followed;
  readonly state: LiveState;
}

function Recording({ deviceId, charts, followed, state }: RecordingProps): JSX.Element {
  const { fleet, now } = useConsole();
  const t = useTexts(liveTexts);
  const [chosen, setChosen] = useState<{ readonly at: number; readonly in: LiveState["model"] }>();
  const { model, entries } = state;
  // What was chosen in another recording, or is no longer held, is nothing that could be shown.
  const at = chosen?.in === model && chosen.at >= model.first ? chosen.at : undefined;
  const select = useCallback((to: number | undefined) => setChosen(to === undefined ? undefined : { at: to, in: model }), [model]);
  const moment = momentOf(state, charts, at, now.value);
  const { view, chart, life, context, nowUs } = moment;
  return (
    <>
      <div class="live-head">
        <Status followed={followed} state={state} pausedAt={at === undefined ? undefined : view.record?.wall} deviceId={deviceId} />
        <div class="row">
          <button type="button" aria-pressed={at === undefined} onClick={() => select(at === undefined ? model.end - 1 : undefined)}>
            <Icon name={at === undefined ? "pause" : "play"} size={16} /> {at === undefined ? t.pause : t.follow}
          </button>
          <Download deviceId={deviceId} />
        </div>
        <LastEvent view={view} machine={moment.machine} />
      </div>
      <Parts
        parts={{
          chart: chart === undefined ? <Empty title={t.otherChart} /> : <StateChart chart={chart} life={life} />,
          events: <EventLog entries={entries} selected={at} onSelect={select} />,
          actors: <ActorTree view={view} nowUs={nowUs} crashes={fleet.devices.value?.get(deviceId)?.restarts} />,
          context: <ContextDiff context={context} />,
        }}
      />
    </>
  );
}

interface StatusProps {
  readonly followed: Followed;
  readonly state: LiveState;
  readonly deviceId: string;
  /** Unix milliseconds of the moment that is looked at; undefined for the present. */
  readonly pausedAt: number | undefined;
}

/** How live this is, and what is to be known about that. */
function Status({ followed: { status }, state: { missed, header }, deviceId, pausedAt }: StatusProps): JSX.Element {
  const { fleet, language } = useConsole();
  const t = useTexts(liveTexts);
  const online = fleet.devices.value?.get(deviceId)?.online === true;
  const words = status === "lost" ? t.lost : status === "resting" ? t.resting : status === "connecting" ? t.connecting : undefined;
  const notes = [
    ...(words === undefined ? [] : [words]),
    ...(status === "live" && fleet.devices.value !== undefined && !online ? [t.offline] : []),
    ...(missed > 0 ? [fill(t.missed, { count: count(missed, language.value) })] : []),
    ...(header.faults === undefined ? [] : [fill(t.faults, { count: header.faults.count, reason: header.faults.last })]),
  ];
  return (
    <div class="live-status" role="status">
      <span class={pausedAt !== undefined ? "live-mark paused" : status === "live" ? "live-mark live" : "live-mark"}>
        {pausedAt === undefined ? t.liveNow : fill(t.pausedAt, { time: clockTime(pausedAt) })}
      </span>
      {notes.map((note) => <span key={note} class="small live-note">{note}</span>)}
    </div>
  );
}
