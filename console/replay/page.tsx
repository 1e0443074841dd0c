/**
 * `/replay`: a recording, opened from a file that stays in the browser, or the latest events of a device of this server.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { messageOf } from "../../base/errors.ts";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { Page } from "../shell/page.tsx";
import { Icon } from "../ui/icons.tsx";
import { Loading } from "../ui/states.tsx";
import { Open } from "./open.tsx";
import { type Opened, openRecording, type RecordingFile } from "./opened.ts";
import { replayTexts } from "./texts.ts";
import { Viewer } from "./viewer.tsx";

/** The page. */
export default function ReplayPage(): JSX.Element {
  const { api, router } = useConsole();
  const t = useTexts(replayTexts);
  const [opened, setOpened] = useState<Opened>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
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
  const open = async (find: () => Promise<RecordingFile>, isWanted = () => true) => {
    setBusy(true);
    setProblem(undefined);
    setOpened(undefined);
    try {
      const found = await openRecording(await find(), chartOf);
      if (isWanted()) setOpened(found);
    } catch (error) {
      const isMissing = error instanceof ApiError && error.code === "no_recording";
      if (isWanted()) setProblem(isMissing ? t.noRecording : messageOf(error));
    }
    if (isWanted()) setBusy(false);
  };
  useEffect(() => {
    if (device === "") return;
    let wanted = true;
    open(async () => {
      const response = await api.request("GET", `/debug/devices/${encodeURIComponent(device)}/recording`);
      return { name: `${device.replaceAll(/[^\w-]+/g, "-")}.ndjson`, text: await response.text() };
    }, () => wanted);
    return () => {
      wanted = false;
    };
  }, [device]);
  const leave = () => {
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
          onFile={(file) => {
            router.setQuery("device", "");
            open(() => Promise.resolve(file));
          }}
          onProblem={setProblem}
          onDevice={(id) => router.setQuery("device", id)}
        />
      )}
    </Page>
  );
}
