/**
 * What the server makes of this device: its state chart, alive.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { StateChart } from "../chart/chart.tsx";
import { STILL } from "../chart/life.ts";
import { loadCharts } from "../chart/load.ts";
import { useConsole, useTexts } from "../context.ts";
import { LastEvent } from "../live/last_event.tsx";
import { momentOf } from "../live/moment.ts";
import { useRecording } from "../live/use_recording.ts";
import { Link } from "../shell/link.tsx";
import { useLoad } from "../ui/load.ts";
import { StateChip, TimeInState } from "../ui/state_chip.tsx";
import { Failure, Loading } from "../ui/states.tsx";
import type { BrowserDevice } from "./device.ts";
import { browserDeviceTexts } from "./texts.ts";

/** What {@link Mind} shows. */
export interface MindProps {
  readonly device: BrowserDevice;
  readonly deviceId: string;
}

/** The machine of a device. */
const MACHINE = "device";

/** The card of the chart. */
export function Mind({ device, deviceId }: MindProps): JSX.Element {
  const { api, fleet } = useConsole();
  const t = useTexts(browserDeviceTexts);
  const { loaded, reload } = useLoad(() => loadCharts(api, [MACHINE]), []);
  const row = fleet.devices.value?.get(deviceId);
  const chart = loaded.state === "ready" ? loaded.value.get(MACHINE) : undefined;
  // Before its first connection nothing is recorded of the device.
  const connected = device.facts.value !== undefined;
  const [met, setMet] = useState(connected);
  useEffect(() => {
    if (connected) setMet(true);
  }, [connected]);
  return (
    <section class="card" aria-labelledby="browser-device-chart">
      <div class="card-head">
        <h2 id="browser-device-chart">{t.chart}</h2>
        <p class="row">
          {row === undefined ? null : (
            <>
              <StateChip state={row.state} /> <TimeInState device={row} />
            </>
          )}
          <Link to={`/devices/${encodeURIComponent(deviceId)}/live`} class="small">{t.chartMore}</Link>
        </p>
      </div>
      {loaded.state === "failed"
        ? <Failure error={loaded.error} retry={reload} />
        : chart === undefined
        ? <Loading />
        : met
        ? <LiveChart chart={chart} deviceId={deviceId} />
        : <Still chart={chart} />}
    </section>
  );
}

function LiveChart({ chart, deviceId }: { readonly chart: DrawnChart; readonly deviceId: string }): JSX.Element {
  const { now } = useConsole();
  const charts = useMemo(() => new Map([[chart.id, chart]]), [chart]);
  const { state } = useRecording(deviceId, useMemo(() => [chart], [chart]));
  if (state === undefined) return <Still chart={chart} />;
  const moment = momentOf(state, charts, undefined, now.value);
  return (
    <>
      <LastEvent view={moment.view} machine={moment.machine} />
      <StateChart chart={chart} life={moment.life} />
    </>
  );
}

function Still({ chart }: { readonly chart: DrawnChart }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  return (
    <>
      <p class="soft small chart-note">{t.chartAway}</p>
      <StateChart chart={chart} life={STILL} />
    </>
  );
}
