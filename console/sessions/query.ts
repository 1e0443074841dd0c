/**
 * What the list of sessions is narrowed by, as it stands in the address of the page.
 *
 * @module
 */

/** How turns end. */
export const OUTCOMES = ["completed", "interrupted", "failed", "empty", "crashed"] as const;

/** Why sessions end. */
export const ENDS = ["device", "idle", "goodbye", "replaced", "disconnected", "shutdown", "error", "crashed", "import"] as const;

/** Items of a page of the list. */
const LIMIT = 40;
/** Characters that the server searches for. */
export const MAX_SEARCH = 200;

/** What the list is narrowed by; empty for what does not count. */
export interface Narrowed {
  readonly search: string;
  readonly device: string;
  /** Days such as `2026-01-31`, both included, in the browser's time zone. */
  readonly from: string;
  readonly until: string;
  readonly outcome: string;
  readonly end: string;
}

/** Reads it from the query of the page. */
export function narrowedBy(query: URLSearchParams): Narrowed {
  const of = (name: string) => query.get(name) ?? "";
  const known = (name: string, all: readonly string[]) => all.includes(of(name)) ? of(name) : "";
  return {
    search: of("q").replace(/\p{Cc}/gu, " ").slice(0, MAX_SEARCH),
    device: of("device"),
    from: dayIn(of("from")),
    until: dayIn(of("until")),
    outcome: known("outcome", OUTCOMES),
    end: known("end", ENDS),
  };
}

/** Whether turns are listed instead of sessions. */
export function listsTurns({ search, outcome }: Narrowed): boolean {
  return search.trim() !== "" || outcome !== "";
}

/** Whether it is narrowed at all. */
export function isNarrowed(narrowed: Narrowed): boolean {
  return Object.values(narrowed).some((value: string) => value.trim() !== "");
}

/** The address of a page of what is asked for. */
export function addressOf(narrowed: Narrowed, cursor: string | undefined): string {
  const { search, device, from, until, outcome, end } = narrowed;
  const text = search.trim();
  const query = new URLSearchParams({ limit: `${LIMIT}` });
  const add = (name: string, value: string | number | undefined) => value === undefined || value === "" || query.set(name, `${value}`);
  add("deviceId", device);
  const fromMs = startOf(from, 0);
  const untilMs = startOf(until, 1);
  // A span that ends before it begins holds nothing; the server would refuse it.
  add("from", fromMs !== undefined && untilMs !== undefined ? Math.min(fromMs, untilMs) : fromMs);
  add("until", untilMs);
  add("cursor", cursor);
  if (!listsTurns(narrowed)) {
    add("endReason", end);
    return `/api/sessions?${query}`;
  }
  add("outcome", outcome);
  add("text", text);
  return `${text === "" ? "/api/turns" : "/api/search"}?${query}`;
}

function dayIn(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && Date.parse(text) >= 0 ? text : "";
}

/** The first instant of a day in the browser's time zone, or of a later one; undefined for none. */
function startOf(day: string, daysLater: number): number | undefined {
  const [year = NaN, month = NaN, date = NaN] = day.split("-").map(Number);
  const start = new Date(year, month - 1, date + daysLater).getTime();
  return start >= 0 ? start : undefined;
}
