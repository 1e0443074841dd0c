/**
 * The latest turns of a device, on its page.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Listed, Turn } from "../../routes/console/types.ts";
import { timeline } from "../../services/timeline/timeline.ts";
import { milliseconds } from "../../services/timeline/words.ts";
import { useConsole, useTexts } from "../context.ts";
import type { PanelProps } from "../device/panel.ts";
import { moment } from "../i18n/format.ts";
import { Link } from "../shell/link.tsx";
import { useLoad } from "../ui/load.ts";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { OutcomeChip } from "./parts.tsx";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** Turns that are shown: some minutes of a conversation. */
const LATEST = 8;

/** The panel. */
export function LatestTurns({ deviceId }: PanelProps): JSX.Element {
  const { api, fleet, session, language } = useConsole();
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  const hasApi = session.value?.api === true;
  const { loaded, reload } = useLoad(
    () =>
      hasApi
        ? api.get<Listed<Turn>>(`/api/turns?deviceId=${encodeURIComponent(deviceId)}&limit=${LATEST}`)
        : Promise.resolve({ items: [] }),
    // Each turn that ends changes the number of today's.
    [deviceId, hasApi, fleet.devices.value?.get(deviceId)?.turns],
  );
  const response = (turn: Turn) => {
    const { responseMs } = timeline(turn);
    return responseMs === undefined ? "–" : milliseconds(responseMs, words);
  };
  return (
    <section class="card" aria-labelledby="latest-turns">
      <div class="card-head">
        <h2 id="latest-turns">{t.latest}</h2>
      </div>
      {loaded.state === "failed"
        ? <Failure error={loaded.error} retry={reload} />
        : loaded.state === "loading"
        ? <Loading />
        : loaded.value.items.length === 0
        ? <Empty title={hasApi ? t.noneYet : t.apiOff} />
        : (
          <ul class="turn-list">
            {loaded.value.items.map((turn) => (
              <li key={turn.turnId}>
                <Link to={`/turns/${encodeURIComponent(turn.turnId)}`}>{moment(turn.startedAt, language.value)}</Link>
                <span class="turn-words" dir="auto">{turn.userText || turn.replyText}</span>
                <span class="numbers">{response(turn)}</span>
                <OutcomeChip outcome={turn.outcome} />
              </li>
            ))}
          </ul>
        )}
    </section>
  );
}
