/**
 * Opening a recording.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { nameOf } from "../fleet/view.ts";
import { fill } from "../i18n/texts.ts";
import { Icon } from "../ui/icons.tsx";
import { MAX_FILE_BYTES, type RecordingFile } from "./opened.ts";
import { replayTexts } from "./texts.ts";

/** What {@link Open} is told to do. */
export interface OpenProps {
  /** What was wrong with the last try. */
  readonly problem: string | undefined;
  readonly onFile: (file: RecordingFile) => void;
  readonly onProblem: (problem: string) => void;
  readonly onDevice: (id: string) => void;
}

/** A place for a file, and the devices of this server. */
export function Open({ problem, onFile, onProblem, onDevice }: OpenProps): JSX.Element {
  const { fleet } = useConsole();
  const t = useTexts(replayTexts);
  const [over, setOver] = useState(false);
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > MAX_FILE_BYTES) return onProblem(fill(t.tooLarge, { size: megabytes(file.size), most: megabytes(MAX_FILE_BYTES) }));
    onFile({ name: file.name, text: await file.text() });
  };
  const devices = [...fleet.devices.value?.values() ?? []];
  return (
    <>
      {problem === undefined ? null : (
        <div class="card problem-card" role="alert">
          <h2>{t.unusable}</h2>
          <p class="mono small">{problem}</p>
        </div>
      )}
      <div
        class={over ? "card open over" : "card open"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files[0]).catch((error) => onProblem(String(error)));
        }}
      >
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
            take(input.files?.[0]).catch((error) => onProblem(String(error))).finally(() => input.value = "");
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

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0);
}
