/**
 * Where the time of a turn went: the picture, the numbers behind it, and both to take along.
 *
 * @module
 */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Turn } from "../../routes/console/types.ts";
import { waterfallMermaid } from "../../services/timeline/gantt.ts";
import type { Latency } from "../../services/timeline/latency.ts";
import { standAlone } from "../../services/timeline/picture.ts";
import { comparison, remark, summary, type ToolSpan, waterfall } from "../../services/timeline/waterfall.ts";
import { waterfallPicture } from "../../services/timeline/waterfall_picture.ts";
import { useTexts } from "../context.ts";
import { PictureView } from "../ui/picture.tsx";
import { Empty } from "../ui/states.tsx";
import { useScroller } from "../ui/window.ts";
import { Export } from "./export.tsx";
import { Marks, Numbers } from "./numbers.tsx";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** Narrower than the narrowest phone nothing is drawn. */
const MIN_WIDTH = 280;
/** With fewer turns P95 is the longest. */
const FEW = 20;

/** What {@link WaterfallCard} shows. */
export interface WaterfallCardProps {
  readonly turn: Turn;
  readonly latency: Latency | undefined;
  readonly tools: readonly ToolSpan[];
}

/** The card. */
export function WaterfallCard({ turn, latency, tools }: WaterfallCardProps): JSX.Element {
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  // An interruption is what the picture is looked at for.
  const [whole, setWhole] = useState(turn.outcome === "interrupted");
  const { ref, width } = useScroller();
  const found = useMemo(
    () => waterfall(turn, { latency, tools, words, extent: whole ? "whole" : "waiting" }),
    [turn, latency, tools, words, whole],
  );
  const files = useMemo(() => ({ svg: standAlone(waterfallPicture(found, { words })), mermaid: waterfallMermaid(found, words) }), [
    found,
    words,
  ]);
  const said = summary(found, words) || words.unknown;
  const { usual } = found;
  return (
    <section class="card" aria-labelledby="waterfall">
      <div class="card-head">
        <h2 id="waterfall">{t.waterfall}</h2>
        {found.rows.length === 0 ? null : <Export of={t.waterfall} name={`turn-${turn.turnId}-waterfall`} {...files} />}
      </div>
      {found.rows.length === 0 ? <Empty title={t.noStages} /> : (
        <>
          <div class="turn-summary">
            <p>
              <strong>{said}</strong>
            </p>
            <p class="soft small">
              {usual === undefined ? t.noUsual : comparison(found, words)}
              {usual !== undefined && usual.count < FEW ? ` · ${t.fewUsual}` : ""}
            </p>
            {found.refused.length === 0 ? null : <p class="soft small">{remark(found, words)}</p>}
            <div class="turn-extent" role="group" aria-label={t.extent}>
              <button type="button" aria-pressed={!whole} onClick={() => setWhole(false)}>{t.waiting}</button>
              <button type="button" aria-pressed={whole} onClick={() => setWhole(true)}>{t.whole}</button>
            </div>
          </div>
          <div ref={ref} class="turn-picture">
            {width === 0 ? null : (
              <PictureView
                picture={waterfallPicture(found, { words, width: Math.max(MIN_WIDTH, width), titled: false })}
                label={said}
              />
            )}
          </div>
          <Numbers found={found} />
        </>
      )}
      <Marks turn={turn} />
    </section>
  );
}
