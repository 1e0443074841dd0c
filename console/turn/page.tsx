/**
 * One turn: where its time went, who told whom what, what was said and what of it was heard.
 *
 * @module
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { recordsOf, toolsIn } from "../../services/timeline/recorded.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { moment } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { PageProps } from "../pages.ts";
import { Link } from "../shell/link.tsx";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { useLoad } from "../ui/load.ts";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { TurnFacts } from "./facts.tsx";
import { type LoadedTurn, loadTurn } from "./load.ts";
import { OutcomeChip } from "./parts.tsx";
import { Said } from "./said.tsx";
import { SequenceCard } from "./sequence_card.tsx";
import { turnTexts } from "./texts.ts";
import { WaterfallCard } from "./waterfall_card.tsx";

/** The page. */
export default function TurnPage({ params }: PageProps): JSX.Element {
  const { api, session } = useConsole();
  const t = useTexts(turnTexts);
  const id = params.id ?? "";
  const hasApi = session.value?.api === true;
  const { loaded, reload } = useLoad(() => hasApi ? loadTurn(api, id) : Promise.resolve(undefined), [id, hasApi]);
  if (loaded.state === "ready" && loaded.value !== undefined) return <Shown {...loaded.value} />;
  const isMissing = loaded.state === "failed" && loaded.error instanceof ApiError && [400, 404].includes(loaded.error.status);
  return (
    <Page title={isMissing ? t.unknownTitle : id}>
      {isMissing
        ? <Empty title={t.unknownText} />
        : loaded.state === "failed"
        ? <Failure error={loaded.error} retry={reload} />
        : loaded.state === "ready"
        ? <Empty title={t.apiOff} />
        : <Loading />}
    </Page>
  );
}

function Shown({ turn, latency, providers, before, after, recording }: LoadedTurn): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(turnTexts);
  const records = useMemo(() => recordsOf(recording, turn), [recording, turn]);
  const tools = useMemo(() => toolsIn(records, turn.turnId), [records, turn]);
  return (
    <Page
      title={fill(t.title, { time: moment(turn.startedAt, language.value) })}
      above={
        <Link to={`/sessions/${encodeURIComponent(turn.sessionId)}`} class="above">
          <Icon name="back" size={16} /> {t.toSession}
        </Link>
      }
      aside={
        <div class="row">
          <OutcomeChip outcome={turn.outcome} />
          <Step to={before} label={t.before} icon="back" />
          <Step to={after} label={t.after} icon="forward" />
        </div>
      }
    >
      <div class="device-top">
        <TurnFacts turn={turn} providers={providers} />
        <Said turn={turn} />
      </div>
      <WaterfallCard turn={turn} latency={latency} tools={tools} />
      <SequenceCard turn={turn} records={records} providers={providers} />
    </Page>
  );
}

/** To the turn before or after; where there is none, its place stays. */
function Step(
  { to, label, icon }: { readonly to: string | undefined; readonly label: string; readonly icon: "back" | "forward" },
): JSX.Element {
  if (to === undefined) {
    return (
      <button type="button" disabled aria-label={label} title={label}>
        <Icon name={icon} size={16} />
      </button>
    );
  }
  return (
    <Link to={`/turns/${encodeURIComponent(to)}`} class="button" label={label}>
      <Icon name={icon} size={16} />
    </Link>
  );
}
