/**
 * The fleet as a table of which only the rows in sight are drawn.
 *
 * @module
 */

import type { JSX } from "preact";
import { memo } from "./memo.ts";
import type { FleetDevice } from "../../routes/console/types.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Icon } from "../ui/icons.tsx";
import { rowsInSight, useScroller } from "../ui/window.ts";
import { AlertsCell, LatencyCell, NameCell, StateCell } from "./cells.tsx";
import { fleetTexts } from "./texts.ts";
import { type Sort, SORTS } from "./view.ts";

/** Of one row, pixels; the style sheet has the same number. */
const ROW = 52;

/** What the table shows. */
export interface FleetTableProps {
  readonly devices: readonly FleetDevice[];
  readonly sort: Sort;
  readonly descending: boolean;
  readonly onSort: (sort: Sort) => void;
}

/** The table. */
export function FleetTable({ devices, sort, descending, onSort }: FleetTableProps): JSX.Element {
  const t = useTexts(fleetTexts);
  const { ref, scrollTop, height } = useScroller();
  const { first, end } = rowsInSight(scrollTop, height, ROW, devices.length);
  return (
    <div class="fleet-table">
      <div class="fleet-scroll" ref={ref} tabIndex={0} role="table" aria-label={t.title} aria-rowcount={devices.length + 1}>
        <div class="fleet-cells fleet-headings" role="row" aria-rowindex={1}>
          {SORTS.map((column) => {
            const current = column === sort;
            return (
              <div key={column} role="columnheader" aria-sort={current ? (descending ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => onSort(column)}>
                  {t.columns[column]}
                  {current ? <Icon name={descending ? "down" : "up"} size={14} /> : null}
                </button>
              </div>
            );
          })}
        </div>
        <div class="fleet-space" role="rowgroup" style={{ height: `${devices.length * ROW}px` }}>
          {devices.slice(first, end).map((device, index) => <Row key={device.id} device={device} place={first + index} />)}
        </div>
      </div>
    </div>
  );
}

const Row = memo(({ device, place }: { readonly device: FleetDevice; readonly place: number }): JSX.Element => {
  const t = useTexts(fleetTexts);
  const { board, firmware, rssi, turns, restarts } = device;
  return (
    <div class="fleet-cells fleet-row" role="row" aria-rowindex={place + 2} style={{ transform: `translateY(${place * ROW}px)` }}>
      <div role="cell" class="fleet-cell">
        <NameCell device={device} />
      </div>
      <div role="cell" class="fleet-cell row">
        <StateCell device={device} />
      </div>
      <div role="cell" class="fleet-cell fleet-two">
        <span>{board ?? "–"}</span>
        <span class="soft small numbers">{firmware}</span>
      </div>
      <div role="cell" class="fleet-cell numbers small">{rssi === undefined ? "–" : fill(t.dBm, { value: rssi })}</div>
      <div role="cell" class="fleet-cell numbers">{turns}</div>
      <div role="cell" class="fleet-cell numbers">{restarts}</div>
      <div role="cell" class="fleet-cell">
        <LatencyCell device={device} />
      </div>
      <div role="cell" class="fleet-cell">
        <AlertsCell device={device} />
      </div>
    </div>
  );
});
