/**
 * Starts the console in a browser.
 *
 * @module
 */

import { render } from "preact";
import { type Signal, signal } from "@preact/signals";
import { systemClock } from "../base/clock.ts";
import type { FeedMessage, SessionInfo } from "../routes/console/types.ts";
import { createApi } from "./api/client.ts";
import { App } from "./app.tsx";
import { type Console, ConsoleProvider } from "./context.ts";
import { Feed } from "./data/feed.ts";
import { fleetStore } from "./data/fleet_store.ts";
import { pageAt } from "./shell/page.tsx";
import { preferences } from "./shell/preferences.ts";
import { createRouter } from "./shell/router.ts";
import { createToasts } from "./ui/toasts.tsx";

/** Between two steps of what counts up, milliseconds. */
const TICK_MS = 1000;
/** Between two tries to reach a server that did not answer, milliseconds. */
const RETRY_MS = 2000;

function start(root: HTMLElement): void {
  const clock = systemClock();
  const session: Signal<SessionInfo | undefined> = signal(undefined);
  const api = createApi({ fetch: (input, init) => fetch(input, init), signedOut: () => look() });
  const fleet = fleetStore();
  const now = signal(clock.wall());
  const feed = new Feed<FeedMessage>({
    clock,
    open: () => new EventSource("/api/console/feed"),
    take: (message) => fleet.take(message, clock.wall()),
    lost: () => look(),
  });
  const look = async (): Promise<void> => {
    try {
      const found = await api.session();
      if (found.role === undefined) feed.stop();
      // The same role again must not draw every page anew.
      if (found.role !== session.value?.role || session.value === undefined) session.value = found;
    } catch {
      if (session.value === undefined) clock.setTimeout(look, RETRY_MS);
    }
  };
  const tick = (): void => {
    now.value = clock.wall() + fleet.aheadMs.value;
    clock.setTimeout(tick, TICK_MS);
  };
  const router = createRouter({ location, history, addEventListener: (type, listener) => addEventListener(type, listener) });
  const console: Console = {
    clock,
    api,
    feed,
    fleet,
    session,
    now,
    router,
    toasts: createToasts(clock),
    ...preferences(
      { getItem: (key) => localStorage.getItem(key), setItem: (key, value) => localStorage.setItem(key, value) },
      document.documentElement,
      navigator.languages,
    ),
  };
  document.addEventListener("visibilitychange", () => {
    if (session.value?.role !== undefined) feed.seen(document.visibilityState === "visible");
  });
  render(
    <ConsoleProvider value={console}>
      <App />
    </ConsoleProvider>,
    root,
  );
  tick();
  // Its code comes while the server says who looks. The page itself tells where it cannot be loaded.
  pageAt(router.path.value)?.page.load().catch(() => {});
  look().then(() => {
    if (session.value?.role !== undefined) feed.start();
  });
}

start(document.getElementById("app")!);
