/**
 * The fleet as cards of which only those in sight are drawn: what a phone shows.
 *
 * @module
 */

import type { JSX } from "preact";
import type { FleetDevice } from "../../routes/console/types.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { rowsInSight, useScroller } from "../ui/window.ts";
import { AlertsCell, LatencyCell, NameCell, StateCell } from "./cells.tsx";
import { memo } from "./memo.ts";
import { fleetTexts } from "./texts.ts";

/** Height of a card and what is between two, pixels; the style sheet has the same height. */
const CARD = 148;
const GAP = 10;
/** The narrowest card, pixels: what a phone of 360 leaves. */
const NARROWEST = 290;

/** The cards. */
export function FleetCards({ devices }: { readonly devices: readonly FleetDevice[] }): JSX.Element {
  const t = useTexts(fleetTexts);
  const { ref, scrollTop, width, height } = useScroller();
  const inner = Math.max(0, width - 6);
  const columns = Math.max(1, Math.floor((inner + GAP) / (NARROWEST + GAP)));
  const rows = Math.ceil(devices.length / columns);
  const { first, end } = rowsInSight(scrollTop, height, CARD + GAP, rows);
  const cardWidth = (inner - GAP * (columns - 1)) / columns;
  return (
    <div class="fleet-cards-scroll" ref={ref} tabIndex={0} role="region" aria-label={t.title}>
      <ul class="fleet-cards" style={{ height: `${rows * (CARD + GAP)}px` }}>
        {devices.slice(first * columns, end * columns).map((device, index) => {
          const place = first * columns + index;
          return (
            <Card
              key={device.id}
              device={device}
              left={(place % columns) * (cardWidth + GAP)}
              top={Math.floor(place / columns) * (CARD + GAP)}
              width={cardWidth}
            />
          );
        })}
      </ul>
    </div>
  );
}

interface CardProps {
  readonly device: FleetDevice;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

const Card = memo(({ device, left, top, width }: CardProps): JSX.Element => {
  const t = useTexts(fleetTexts);
  const { board, firmware, rssi, turns, restarts } = device;
  const facts = [board, firmware, rssi === undefined ? undefined : fill(t.dBm, { value: rssi })].filter((fact) => fact !== undefined);
  return (
    <li class="fleet-card" style={{ transform: `translate(${left}px, ${top}px)`, width: `${width}px` }}>
      <div class="fleet-card-top">
        <NameCell device={device} />
        <AlertsCell device={device} />
      </div>
      <div class="fleet-card-line">
        <StateCell device={device} />
      </div>
      <div class="fleet-card-line">
        <span>{facts.length === 0 ? "–" : facts.join(" · ")}</span>
      </div>
      <div class="fleet-card-line fleet-card-end">
        <span class="numbers">
          {fill(t.turns, { count: turns })}
          {restarts === 0 ? "" : ` · ${fill(t.restarts, { count: restarts })}`}
        </span>
        {device.latencies.length === 0 ? null : <LatencyCell device={device} />}
      </div>
    </li>
  );
});
