/**
 * Lists of which only what is in sight is in the document.
 *
 * @module
 */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The rows in sight. */
export interface Window {
  /** The first that is drawn. */
  readonly first: number;
  /** One behind the last that is drawn. */
  readonly end: number;
}

/** Rows drawn above and below those in sight, so that a quick scroll shows no gap. */
const MARGIN = 6;

/** The rows of a list that are to be drawn; heights in pixels. */
export function rowsInSight(scrollTop: number, height: number, rowHeight: number, rows: number): Window {
  const first = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight) - MARGIN, rows));
  const end = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + MARGIN);
  return { first, end: Math.max(first, end) };
}

/** Follows the scrolling and the size of an element. */
export function useScroller(): {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly scrollTop: number;
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ scrollTop: 0, width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () => setAt({ scrollTop: element.scrollTop, width: element.clientWidth, height: element.clientHeight });
    look();
    element.addEventListener("scroll", look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, []);
  return { ref, ...at };
}
