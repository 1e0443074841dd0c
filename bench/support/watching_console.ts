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
  const watching = Promise.all([follow(base, count, signal), ask(base, count, signal)]).then(() => {}, (error) => {
    if (!signal.aborted) throw error;
  });
  return { count, ended: watching };
}

async function follow(base: string, count: WatchCount, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${base}/api/console/feed`);
  if (!response.ok || response.body === null) throw new Error(`The feed answered ${response.status}`);
  const reader = response.body.getReader();
  // A signal that is given to fetch does not always reach a body that is read for minutes.
  signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    count.bytes += read.value.length;
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
