/**
 * One session: what was said in it, as a conversation that can be heard.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Session } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { moment } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { PageProps } from "../pages.ts";
import { Link } from "../shell/link.tsx";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { useLoad } from "../ui/load.ts";
import { Failure, Loading } from "../ui/states.tsx";
import { Retitle, SessionFacts } from "./head.tsx";
import { sessionTexts } from "./texts.ts";
import { Transcript } from "./transcript.tsx";

/** The page. */
export default function SessionPage({ params }: PageProps): JSX.Element {
  const { api, language } = useConsole();
  const t = useTexts(sessionTexts);
  const id = params.id ?? "";
  const { loaded, reload, replace } = useLoad(() => api.get<Session>(`/api/sessions/${encodeURIComponent(id)}`), [id]);
  const above = (
    <Link to="/sessions" class="above">
      <Icon name="back" size={16} /> {t.back}
    </Link>
  );
  if (loaded.state !== "ready") {
    return (
      <Page title={id} above={above}>
        {loaded.state === "failed" ? <Failure error={loaded.error} retry={reload} /> : <Loading />}
      </Page>
    );
  }
  const session = loaded.value;
  return (
    <Page
      title={session.title ?? fill(t.sessionOf, { moment: moment(session.startedAt, language.value) })}
      above={above}
      aside={<Retitle session={session} changed={replace} />}
    >
      <SessionFacts session={session} />
      <Transcript session={session} changed={reload} />
    </Page>
  );
}
