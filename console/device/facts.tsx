/**
 * What is known of a device, at a glance.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import type { Device, FleetDevice } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { alertsOf } from "../data/alerts.ts";
import { LatencyCell } from "../fleet/cells.tsx";
import { fleetTexts } from "../fleet/texts.ts";
import { moment } from "../i18n/format.ts";
import { stateTexts } from "../i18n/states.ts";
import { fill } from "../i18n/texts.ts";
import { Icon } from "../ui/icons.tsx";
import { AlertWords } from "./alert_words.tsx";
import { deviceTexts } from "./texts.ts";

/** What {@link Facts} shows. */
export interface FactsProps {
  readonly row: FleetDevice;
  /** Absent where devices are not registered. */
  readonly device: Device | undefined;
}

/** The card of the facts. */
export function Facts({ row, device }: FactsProps): JSX.Element {
  const { language, now } = useConsole();
  const t = useTexts(deviceTexts);
  const fleet = useTexts(fleetTexts);
  const { modes, alerts: names } = useTexts(stateTexts);
  const alerts = alertsOf(row, now.value);
  const at = (ms: number | undefined) => ms === undefined ? t.unknown : moment(ms, language.value);
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [t.id, <span key="id" class="mono">{row.id}</span>],
    [t.board, row.board ?? t.unknown],
    [t.firmware, row.firmware ?? t.unknown],
    [t.signal, row.rssi === undefined ? t.unknown : fill(fleet.dBm, { value: row.rssi })],
    ...(row.online
      ? [[t.address, row.address ?? t.unknown], [t.mode, row.mode === undefined ? t.never : modes[row.mode]], [
        t.connected,
        at(row.connectedAt),
      ]] as const
      : [[t.lastSeen, at(row.lastSeenAt)]] as const),
    [t.firstSeen, at(device?.firstSeenAt)],
    [t.turns, row.turns],
    [t.restarts, row.restarts],
    [t.latency, <LatencyCell key="latency" device={row} />],
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <div class="card-head">
        <h2 id="facts">{t.facts}</h2>
      </div>
      {alerts.length === 0 ? null : (
        <ul class="alerts" aria-label={t.alerts}>
          {alerts.map((alert) => (
            <li key={alert} class="alert-mark">
              <Icon name="alert" size={16} /> {names[alert]}
            </li>
          ))}
        </ul>
      )}
      {row.alerts === undefined ? null : <AlertWords rules={row.alerts} row={row} />}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="numbers">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
