/**
 * One device: what is known of it, what it runs with, what can be done to it.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Device, DeviceSettingsInfo, FleetDevice } from "../../routes/console/types.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import type { PageProps } from "../pages.ts";
import { Link } from "../shell/link.tsx";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { useLoad } from "../ui/load.ts";
import { StateChip, TimeInState } from "../ui/state_chip.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { Actions } from "./actions.tsx";
import { Facts } from "./facts.tsx";
import { PANELS } from "./panels.ts";
import { Settings } from "./settings.tsx";
import { deviceTexts } from "./texts.ts";
import { Tools } from "./tools.tsx";

interface Known {
  readonly device: Device | undefined;
  readonly settings: DeviceSettingsInfo;
}

/** The page. */
export default function DevicePage({ params }: PageProps): JSX.Element {
  const { api, fleet, session } = useConsole();
  const t = useTexts(deviceTexts);
  const id = (params.id ?? "").toLowerCase();
  const hasApi = session.value?.api === true;
  const { loaded, reload, replace } = useLoad<Known>(async () => {
    const device = hasApi ? await api.device(id).catch(missing) : undefined;
    return { device, settings: await api.settings(id) };
  }, [id]);
  const live = fleet.devices.value;
  const row = live?.get(id);
  const online = row?.online ?? false;
  const { loaded: tools } = useLoad(() => online ? api.tools(id) : Promise.resolve([]), [id, online, row?.tools]);
  const above = (
    <Link to="/devices" class="above">
      <Icon name="back" size={16} /> {t.back}
    </Link>
  );
  if (loaded.state === "failed") {
    return (
      <Page title={id} above={above}>
        <Failure error={loaded.error} retry={reload} />
      </Page>
    );
  }
  if (loaded.state === "loading" || live === undefined) {
    return (
      <Page title={id} above={above}>
        <Loading />
      </Page>
    );
  }
  const { device, settings } = loaded.value;
  const shown = row ?? (device === undefined ? undefined : rowOf(device));
  if (shown === undefined) {
    return (
      <Page title={t.unknownTitle} above={above}>
        <Empty title={t.unknownText} />
      </Page>
    );
  }
  const names = tools.state === "ready" ? tools.value.map(({ name }) => name) : [];
  return (
    <Page
      title={nameOf(shown)}
      above={above}
      aside={
        <p class="row">
          <StateChip state={shown.state} /> <TimeInState device={shown} />
        </p>
      }
    >
      <div class="device-top">
        <Facts row={shown} device={device} />
        <Actions deviceId={id} online={online} tools={names} />
      </div>
      {device === undefined ? null : (
        <Settings
          key={JSON.stringify([device, settings])}
          device={device}
          settings={settings}
          changed={(next, nextSettings) => replace({ device: next, settings: nextSettings })}
        />
      )}
      <Tools deviceId={id} online={online} tools={tools} />
      {PANELS.map((Panel, at) => <Panel key={at} deviceId={id} />)}
    </Page>
  );
}

/** A device that is not registered is no failure: it may be connected all the same. */
function missing(error: unknown): undefined {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
}

function rowOf({ deviceId, online, name, alias, room, board, firmware, lastSeenAt }: Device): FleetDevice {
  const texts = Object.fromEntries(Object.entries({ name, alias, room, board, firmware }).filter(([, value]) => value !== undefined));
  return { id: deviceId, online, lastSeenAt, ...texts, tools: 0, turns: 0, latencies: [], restarts: 0 };
}
