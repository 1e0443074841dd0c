/**
 * The latest sessions of a device, on its page.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Session } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import type { PanelProps } from "../device/panel.ts";
import { Link } from "../shell/link.tsx";
import { useLoad } from "../ui/load.ts";
import type { ListPage } from "../ui/pages.tsx";
import { Failure, Loading } from "../ui/states.tsx";
import { SessionRow } from "./row.tsx";
import { sessionsTexts } from "./texts.ts";

/** Sessions that are shown. */
const LATEST = 5;

/** The panel; nothing while sessions are not served. */
export function SessionsPanel({ deviceId }: PanelProps): JSX.Element | null {
  const { api, session, fleet } = useConsole();
  const t = useTexts(sessionsTexts);
  const hasApi = session.value?.api === true;
  const row = fleet.devices.value?.get(deviceId);
  const { loaded, reload } = useLoad<readonly Session[]>(async () => {
    if (!hasApi) return [];
    const query = new URLSearchParams({ deviceId, limit: `${LATEST}` });
    return (await api.get<ListPage<Session>>(`/api/sessions?${query}`)).items;
  }, [deviceId, hasApi, row?.connectedAt, row?.turns]);
  if (!hasApi) return null;
  return (
    <section class="card" aria-labelledby="latest-sessions">
      <div class="card-head">
        <h2 id="latest-sessions">{t.latest}</h2>
        <Link to={`/sessions?device=${encodeURIComponent(deviceId)}`} class="small">{t.allOfDevice}</Link>
      </div>
      {loaded.state === "loading"
        ? <Loading />
        : loaded.state === "failed"
        ? <Failure error={loaded.error} retry={reload} />
        : loaded.value.length === 0
        ? <p class="soft">{t.latestNone}</p>
        : (
          <ul class="session-list inside">
            {loaded.value.map((each) => <SessionRow key={each.sessionId} session={each} ofOne />)}
          </ul>
        )}
    </section>
  );
}
