/**
 * What a device is doing now, on its page, and the way to see more.
 *
 * @module
 */

import type { JSX } from "preact";
import { useConsole, useTexts } from "../context.ts";
import type { PanelProps } from "../device/panel.ts";
import { Link } from "../shell/link.tsx";
import { Icon } from "../ui/icons.tsx";
import { StateChip, TimeInState } from "../ui/state_chip.tsx";
import { liveTexts } from "./texts.ts";

/** The panel. */
export function LivePanel({ deviceId }: PanelProps): JSX.Element {
  const { fleet } = useConsole();
  const t = useTexts(liveTexts);
  const device = fleet.devices.value?.get(deviceId);
  return (
    <section class="card live-panel" aria-labelledby="live-panel">
      <div class="card-head">
        <h2 id="live-panel">{t.panelTitle}</h2>
        <p class="row">
          <StateChip state={device?.state} /> {device === undefined ? null : <TimeInState device={device} />}
        </p>
      </div>
      <p class="soft">{t.panelText}</p>
      <p class="row">
        <Link to={`/devices/${encodeURIComponent(deviceId)}/live`} class="button">
          <Icon name="pulse" size={16} /> {t.open}
        </Link>
      </p>
    </section>
  );
}
