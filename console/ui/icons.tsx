/**
 * Icons, drawn with the colour of the text around them.
 *
 * @module
 */

import type { JSX } from "preact";

const PATHS = {
  devices: "M4 5h16v10H4zM9 19h6M12 15v4",
  pulse: "M3 12h4l3-8 4 16 3-8h4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5",
  moon: "M20 14.5A8 8 0 0 1 9.500 4 8 8 0 1 0 20 14.5z",
  system: "M4 5h16v11H4zM8 20h8",
  leave: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  table: "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
  cards: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  alert: "M12 3l10 18H2zM12 10v5M12 18v.5",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  say: "M4 5h16v11H9l-5 4z",
  volume: "M4 10v4h4l5 4V6l-5 4zM17 9a4 4 0 0 1 0 6",
  restart: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
  unplug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  record: "M12 3v11M7 10l5 5 5-5M4 20h16",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  tools: "M14 6a4 4 0 0 1 5 5L9 21l-5-5 9-9a4 4 0 0 1 1-1z",
  sessions: "M4 5h16M4 10h16M4 15h10M4 20h7",
  replay: "M5 12a7 7 0 1 0 2-5M5 4v4h4M11 9v6l4-3z",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  edit: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  upload: "M12 15V4M7 9l5-5 5 5M4 20h16",
  stop: "M6 6h12v12H6z",
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 12a7 7 0 0 0 14 0M12 19v3",
  flag: "M5 21V4h13l-3.500 4.500L18 13H5",
  overview: "M4 13a8 8 0 0 1 16 0M12 13l4-4M4 19h16",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  target: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 2v5M12 17v5M2 12h5M17 12h5",
  next: "M6 5l8 7-8 7zM18 5v14",
  previous: "M18 5l-8 7 8 7zM6 5v14",
  first: "M19 5l-8 7 8 7zM11 5l-8 7 8 7z",
  last: "M5 5l8 7-8 7zM13 5l8 7-8 7z",
  run: "M4 5l8 7-8 7zM17 5a7 7 0 0 1 0 14",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon, which says nothing to those who listen: its button or its text does. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
