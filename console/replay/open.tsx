/**
 * Opening a recording.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import { Icon } from "../ui/icons.tsx";
import { replayTexts } from "./texts.ts";

/** What {@link Open} is told to do. */
export interface OpenProps {
  /** What was wrong with the last try. */
  readonly problem: string | undefined;
  /** Whether a file is being dragged over the page. */
  readonly over: boolean;
  readonly onFile: (file: File) => void;
  readonly onDevice: (id: string) => void;
}

/** A place for a file, and the devices of this server. */
export function Open({ problem, over, onFile, onDevice }: OpenProps): JSX.Element {
  const { fleet } = useConsole();
  const t = useTexts(replayTexts);
  const devices = [...fleet.devices.value?.values() ?? []];
  return (
    <>
      {problem === undefined ? null : (
        <div class="card problem-card" role="alert">
          <h2>{t.unusable}</h2>
          <p class="mono small">{problem}</p>
        </div>
      )}
      <div class={over ? "card open over" : "card open"}>
        <Icon name="file" size={34} />
        <p>{t.intro}</p>
        <label class="button primary" for="recording-file">{t.choose}</label>
        <input
          id="recording-file"
          class="hidden-text"
          type="file"
          accept=".ndjson,.jsonl,.json,.txt,application/x-ndjson"
          onChange={(event) => {
            const input = event.currentTarget;
            const [file] = input.files ?? [];
            if (file !== undefined) onFile(file);
            // So that the same file can be chosen again, once it has been read.
            input.value = "";
          }}
        />
        <p class="small soft">{over ? t.dropNow : t.drop}</p>
        {devices.length === 0 ? null : (
          <div class="field">
            <label for="recording-device">{t.ofDevice}</label>
            <select
              id="recording-device"
              value=""
              onChange={(event) => event.currentTarget.value !== "" && onDevice(event.currentTarget.value)}
            >
              <option value="">{t.pickDevice}</option>
              {devices.map((device) => <option key={device.id} value={device.id}>{nameOf(device)}</option>)}
            </select>
          </div>
        )}
      </div>
    </>
  );
}

/** Hears of files that are dropped anywhere on the page, which the browser would open instead of it; says whether one is dragged over it. */
export function useDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const listening = new AbortController();
    const listen = (type: "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void) =>
      addEventListener(type, act, { signal: listening.signal });
    listen("dragover", (event) => {
      event.preventDefault();
      setOver(true);
    });
    listen("dragleave", (event) => event.relatedTarget === null && setOver(false));
    listen("drop", (event) => {
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) latest.current(file);
    });
    return () => listening.abort();
  }, []);
  return over;
}
