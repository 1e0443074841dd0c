/**
 * The messages of the session.
 *
 * @module
 */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import type { LogLine, MessageLog } from "./log.ts";
import { browserDeviceTexts } from "./texts.ts";

/** Pixels from the end within which the reader follows what comes. */
const AT_END = 40;

/** The card of the messages. */
export function LogView({ log }: { readonly log: MessageLog }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  const lines = log.lines.value;
  useLayoutEffect(() => {
    if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  const look = () => {
    const at = list.current;
    if (at !== null) follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < AT_END;
  };
  return (
    <section class="card" aria-labelledby="browser-device-log">
      <div class="card-head">
        <h2 id="browser-device-log">{t.log}</h2>
        <p class="soft small">{t.logHint}</p>
        <button type="button" class="quiet" disabled={lines.length === 0} onClick={() => log.clear()}>{t.clear}</button>
      </div>
      {lines.length === 0
        ? <p class="soft">{t.logEmpty}</p>
        : (
          <ol class="wire-log mono" ref={list} tabIndex={0} aria-labelledby="browser-device-log" onScroll={look}>
            {lines.map((line) => <Line key={line.n} line={line} />)}
          </ol>
        )}
    </section>
  );
}

function Line({ line: { at, from, text, packets } }: { readonly line: LogLine }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  return (
    <li class={from}>
      <time>{new Date(at).toISOString().slice(11, 23)}</time>
      <span class="side" aria-label={t.sides[from]}>{from === "device" ? "→" : from === "server" ? "←" : "·"}</span>
      <span class="wire-text">{packets === 0 ? text : fill(t.audio, { count: packets })}</span>
    </li>
  );
}
