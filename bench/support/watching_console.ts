/**
 * A console without a browser: it follows the feed and asks for the overview, and counts what comes.
 *
 * @module
 */

/** Between two askings, milliseconds: that of the page. */
const OVERVIEW_MS = 2000;

/** What has come. */
export interface WatchCount {
  bytes: number;
  /** Of the feed. */
  messages: number;
  overviews: number;
}

/** Watches until `signal` aborts. */
export function watchConsole(base: string, signal: AbortSignal): { readonly count: WatchCount; readonly ended: Promise<void> } {
  const count: WatchCount = { bytes: 0, messages: 0, overviews: 0 };
  const watching = Promise.all([follow(base, count, signal), ask(base, count, signal)]);
  return {
    count,
    ended: watching.then(() => {}, (error) => {
      if (!signal.aborted) throw error;
    }),
  };
}

async function follow(base: string, count: WatchCount, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${base}/api/console/feed`, { signal });
  if (!response.ok || response.body === null) throw new Error(`The feed answered ${response.status}`);
  for await (const piece of response.body) {
    count.bytes += piece.length;
    count.messages++;
  }
}

async function ask(base: string, count: WatchCount, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(`${base}/api/console/overview`, { signal });
    if (!response.ok) throw new Error(`The overview answered ${response.status}`);
    count.bytes += (await response.arrayBuffer()).byteLength;
    count.overviews++;
    await new Promise((resolve) => setTimeout(resolve, OVERVIEW_MS));
  }
}
