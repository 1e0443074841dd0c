/**
 * The frame of all pages: navigation, banner, the page itself, notices.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useConsole, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { fill } from "../i18n/texts.ts";
import { type PageEntry, PAGES } from "../pages.ts";
import { Icon } from "../ui/icons.tsx";
import { ToastList } from "../ui/toasts.tsx";
import { Link } from "./link.tsx";
import { Switches } from "./switches.tsx";

/** What the {@link Frame} holds. */
export interface FrameProps {
  /** The page that is shown; undefined where there is none at the address. */
  readonly page: PageEntry | undefined;
  readonly children: ComponentChildren;
}

/** The frame. */
export function Frame({ page, children }: FrameProps): JSX.Element {
  const { session, language, feed } = useConsole();
  const t = useTexts(commonTexts);
  const { role, by } = session.value ?? {};
  const marked = page?.parent ?? page?.path;
  return (
    <div class="frame">
      <a class="skip" href="#content">{t.skip}</a>
      <header class="bar">
        <Link to="/" class="brand">
          <img src="/console/assets/icon.svg" width="26" height="26" alt="" />
          <span>{t.product}</span>
        </Link>
        <nav aria-label={t.navigation}>
          <ul>
            {PAGES.filter(({ nav }) => nav !== undefined).map(({ path, nav }) => (
              <li key={path}>
                <Link to={path} current={marked === path}>
                  {nav === undefined ? null : <Icon name={nav.icon} />}
                  <span>{nav?.texts[language.value].nav}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="bar-end">
          {role === undefined ? null : <span class="small soft who">{fill(t.signedInAs, { role: t.roles[role] })}</span>}
          <Switches />
          {by === "session" ? <SignOut /> : null}
        </div>
      </header>
      <div class="content" id="content" tabIndex={-1}>
        <div role="status" aria-live="polite">
          {feed.status.value === "lost" ? <p class="banner bad">{t.reconnecting}</p> : null}
        </div>
        {role === "viewer" ? <p class="banner">{t.viewerNote}</p> : null}
        {children}
      </div>
      <ToastList />
    </div>
  );
}

function SignOut(): JSX.Element {
  const { api, session, feed } = useConsole();
  const t = useTexts(commonTexts);
  const leave = async () => {
    await api.signOut().catch(() => {});
    feed.stop();
    const { version = "", api: hasApi = false } = session.value ?? {};
    session.value = { version, api: hasApi };
  };
  return (
    <button type="button" class="quiet" title={t.signOut} aria-label={t.signOut} onClick={leave}>
      <Icon name="leave" />
    </button>
  );
}
