/**
 * Follows a device's recording while a page is open and seen.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import type { RecordsMessage } from "../../routes/console/types.ts";
import type { DrawnChart } from "../../services/charts/placed.ts";
import { ApiError } from "../api/problem.ts";
import { type Console, useConsole } from "../context.ts";
import { Feed, type FeedStatus } from "../data/feed.ts";
import { LiveRecording, type LiveState } from "./live_recording.ts";

/** How following goes. */
export interface Followed {
  readonly state: LiveState | undefined;
  readonly status: FeedStatus;
  /** Why nothing comes; undefined while it does, or may. */
  readonly problem: ApiError | undefined;
}

/** Follows the recording of a device. */
export function useRecording(deviceId: string, charts: readonly DrawnChart[]): Followed {
  const console = useConsole();
  const [problem, setProblem] = useState<ApiError>();
  const [{ recording, feed }] = useState(() => follow(console, deviceId, charts, setProblem));
  useEffect(() => {
    const look = () => feed.seen(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    feed.start();
    return () => {
      document.removeEventListener("visibilitychange", look);
      feed.stop();
    };
  }, [feed]);
  const status = feed.status.value;
  return { state: recording.state.value, status, problem: status === "live" ? undefined : problem };
}

function follow(
  { clock, api }: Console,
  deviceId: string,
  charts: readonly DrawnChart[],
  setProblem: (problem: ApiError | undefined) => void,
): { readonly recording: LiveRecording; readonly feed: Feed<RecordsMessage> } {
  const recording = new LiveRecording(charts);
  const path = `/api/console/devices/${encodeURIComponent(deviceId)}/records`;
  const feed = new Feed<RecordsMessage>({
    clock,
    open: () => new EventSource(path),
    take: (message) => recording.take(message),
    // Browsers do not say why a stream was refused, so the same is asked once more.
    lost: () => {
      api.request("GET", path).then(
        async ({ body }) => {
          setProblem(undefined);
          await body?.cancel();
        },
        (error) => setProblem(error instanceof ApiError ? error : undefined),
      ).catch(() => {});
    },
  });
  return { recording, feed };
}
