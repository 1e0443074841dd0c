/**
 * Addresses below `/console`, without loading the document again.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";

/** Where the console stands. */
export const BASE = "/console";

/** The address of the page. */
export interface Router {
  /** Path below {@link BASE}, beginning with a slash and not ending with one, but for `/` itself. */
  readonly path: ReadonlySignal<string>;
  /** The query. */
  readonly query: ReadonlySignal<URLSearchParams>;
  /** Goes to a path below {@link BASE}, which may have a query. */
  go(path: string): void;
  /** Changes a part of the query, without a step in the history; an empty value takes it away. */
  setQuery(name: string, value: string): void;
}

/** The part of a window that is used. */
export interface RouterWindow {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly history: {
    pushState(data: unknown, unused: string, url: string): void;
    replaceState(data: unknown, unused: string, url: string): void;
  };
  addEventListener(type: "popstate", listener: () => void): void;
}

/** The router of a window. */
export function createRouter({ location, history, addEventListener }: RouterWindow): Router {
  const read = () => location.pathname.replace(/^\/console(?=\/|$)/, "").replace(/\/+$/, "") || "/";
  const path = signal(read());
  const query = signal(new URLSearchParams(location.search));
  const follow = () => {
    path.value = read();
    query.value = new URLSearchParams(location.search);
  };
  addEventListener("popstate", follow);
  return {
    path,
    query,
    go(to) {
      history.pushState(null, "", BASE + to);
      follow();
    },
    setQuery(name, value) {
      const next = new URLSearchParams(location.search);
      if (value === "") next.delete(name);
      else next.set(name, value);
      const text = next.toString();
      history.replaceState(null, "", location.pathname + (text === "" ? "" : `?${text}`));
      query.value = next;
    },
  };
}

/**
 * Compares a path with a pattern such as `/devices/:id`.
 *
 * @returns The values of its parameters; undefined where it does not fit.
 */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        values[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
    } else if (part !== value) return undefined;
  }
  return values;
}
