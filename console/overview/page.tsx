/**
 * The server at a glance: fit for a wall, and for a phone in the hand of whoever is called at night.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Overview } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Page } from "../shell/page.tsx";
import { usePoll } from "../ui/poll.ts";
import { Failure, Loading } from "../ui/states.tsx";
import { Alerts } from "./alerts.tsx";
import { Providers } from "./providers.tsx";
import { Services, Whole } from "./services.tsx";
import { Sync } from "./sync.tsx";
import { overviewTexts } from "./texts.ts";
import { Tiles } from "./tiles.tsx";
import { Tree } from "./tree.tsx";

/** Between two askings, milliseconds: as lively as people look at a wall, and the server answers from one that it made for all. */
const EVERY_MS = 2000;

/** The page. */
export default function OverviewPage(): JSX.Element {
  const { api, now, language } = useConsole();
  const t = useTexts(overviewTexts);
  const { loaded, isOld, reload } = usePoll(() => api.get<Overview>("/api/console/overview"), EVERY_MS);
  if (loaded.state !== "ready") {
    return (
      <Page title={t.title}>
        {loaded.state === "loading" ? <Loading /> : <Failure error={loaded.error} retry={reload} />}
      </Page>
    );
  }
  const overview = loaded.value;
  return (
    <Page
      title={t.title}
      aside={
        <p class="soft small numbers">{fill(t.upFor, { version: overview.version, span: span(overview.uptimeMs, language.value) })}</p>
      }
    >
      <div role="status">
        {isOld ? <p class="overview-old">{fill(t.old, { span: span(now.value - overview.now, language.value) })}</p> : null}
      </div>
      <div class={isOld ? "overview is-old" : "overview"}>
        <Whole health={overview.health} />
        <Alerts alerts={overview.alerts} now={overview.now} changed={reload} />
        <Tiles overview={overview} />
        <div class="overview-columns">
          <div class="overview-column">
            <Services health={overview.health} now={overview.now} />
            <Sync overview={overview} />
          </div>
          <div class="overview-column">
            <Providers providers={overview.providers} />
            <Tree tree={overview.tree} now={overview.now} />
          </div>
        </div>
      </div>
    </Page>
  );
}
