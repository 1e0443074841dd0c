/**
 * `/replay`: a recording, opened from a file that stays in the browser, or the latest events of a device of this server.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../../base/errors.ts";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { Loading } from "../ui/states.tsx";
import { Open, useDrop } from "./open.tsx";
import { MAX_FILE_BYTES, type Opened, openRecording, type RecordingFile } from "./opened.ts";
import { replayTexts } from "./texts.ts";
import { Viewer } from "./viewer.tsx";

/** The page. */
export default function ReplayPage(): JSX.Element {
  const { api, router } = useConsole();
  const t = useTexts(replayTexts);
  const [opened, setOpened] = useState<Opened>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  /** Number of the last recording that somebody asked for. */
  const latest = useRef(0);
  const device = router.query.value.get("device") ?? "";

  const chartOf = useCallback(async (machine: string): Promise<DrawnChart | undefined> => {
    try {
      return await api.get<DrawnChart>(`/api/console/charts/${encodeURIComponent(machine.slice(0, 64))}`);
    } catch (error) {
      // A recording of a machine that this version does not have can still be read.
      if (error instanceof ApiError && error.status !== 0) return undefined;
      throw error;
    }
  }, [api]);
  const open = async (find: () => Promise<RecordingFile>) => {
    const mine = ++latest.current;
    setBusy(true);
    setProblem(undefined);
    setOpened(undefined);
    let found: Opened | undefined;
    let wrong: string | undefined;
    try {
      found = await openRecording(await find(), chartOf);
    } catch (error) {
      wrong = error instanceof ApiError && error.code === "recording_not_found" ? t.noRecording : messageOf(error);
    }
    // Somebody has asked for another one meanwhile.
    if (mine !== latest.current) return;
    setOpened(found);
    setProblem(wrong);
    setBusy(false);
  };
  useEffect(() => {
    if (device === "") return;
    open(async () => {
      const response = await api.request("GET", `/debug/devices/${encodeURIComponent(device)}/recording`);
      return { name: `${device.replaceAll(/[^\w-]+/g, "-")}.ndjson`, text: await response.text() };
    });
  }, [device]);
  const take = (file: File) => {
    router.setQuery("device", "");
    open(async () => {
      if (file.size > MAX_FILE_BYTES) {
        throw new RangeError(fill(t.tooLarge, { size: megabytes(file.size), most: megabytes(MAX_FILE_BYTES) }));
      }
      return { name: file.name, text: await file.text() };
    });
  };
  const over = useDrop(take);
  const leave = () => {
    latest.current++;
    setBusy(false);
    setOpened(undefined);
    setProblem(undefined);
    router.setQuery("device", "");
  };
  const another = opened === undefined ? null : (
    <button type="button" onClick={leave}>
      <Icon name="file" /> {t.another}
    </button>
  );
  return (
    <Page title={t.title} aside={another}>
      {busy ? <Loading /> : opened !== undefined ? <Viewer key={opened.name} opened={opened} /> : (
        <Open
          problem={problem}
          over={over}
          onFile={take}
          onDevice={(id) => router.setQuery("device", id)}
        />
      )}
    </Page>
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
