/**
 * What is shown of a device in one place of a row or a card.
 *
 * @module
 */

import type { JSX } from "preact";
import type { FleetDevice } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { alertsOf } from "../data/alerts.ts";
import { latency } from "../i18n/format.ts";
import { stateTexts } from "../i18n/states.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { Icon } from "../ui/icons.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { StateChip, TimeInState, useStateName } from "../ui/state_chip.tsx";
import { fleetTexts } from "./texts.ts";
import { nameOf } from "./view.ts";

/** What every place is handed. */
export interface CellProps {
  readonly device: FleetDevice;
}

/** The name, which leads to the device, and its id and room. */
export function NameCell({ device }: CellProps): JSX.Element {
  const name = nameOf(device);
  const rest = [device.room, name === device.id ? undefined : device.id].filter((part) => part !== undefined);
  return (
    <div class="fleet-name fleet-cell">
      <Link to={`/devices/${encodeURIComponent(device.id)}`}>{name}</Link>
      {rest.length === 0 ? null : <span class="mono">{rest.join(" · ")}</span>}
    </div>
  );
}

/** What the device is doing, which leads to where that can be watched. */
export function StateCell({ device }: CellProps): JSX.Element {
  const t = useTexts(fleetTexts);
  const state = useStateName()(device.state);
  return (
    <>
      <Link to={`/devices/${encodeURIComponent(device.id)}/live`} class="fleet-live" label={fill(t.watch, { name: nameOf(device), state })}>
        <StateChip state={device.state} />
      </Link>{" "}
      <TimeInState device={device} />
    </>
  );
}

/** How long answers took. */
export function LatencyCell({ device: { latencies } }: CellProps): JSX.Element | null {
  const { language } = useConsole();
  const t = useTexts(fleetTexts);
  const last = latencies.at(-1);
  if (last === undefined) return <span class="soft">–</span>;
  const latest = latency(last, language.value);
  return (
    <div class="fleet-latency">
      <Sparkline values={latencies} label={fill(t.latencies, { count: latencies.length, latest })} />
      <span class="numbers small">{latest}</span>
    </div>
  );
}

/** What may be wrong. */
export function AlertsCell({ device }: CellProps): JSX.Element | null {
  const { now } = useConsole();
  const names = useTexts(stateTexts).alerts;
  const found = alertsOf(device, now.value);
  if (found.length === 0) return null;
  const words = found.map((alert) => names[alert]).join(", ");
  return (
    <span class="alert-mark" title={words}>
      <Icon name="alert" size={16} />
      <span class="hidden-text">{words}</span>
      <span aria-hidden="true">{found.length}</span>
    </span>
  );
}
