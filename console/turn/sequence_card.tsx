/**
 * Who told whom what in a turn.
 *
 * @module
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { DeviceSettingsInfo, Turn } from "../../routes/console/types.ts";
import { standAlone } from "../../services/timeline/picture.ts";
import type { RecordedLine } from "../../services/timeline/recorded.ts";
import { sequenceOf } from "../../services/timeline/sequence.ts";
import { sequenceMermaid } from "../../services/timeline/sequence_mermaid.ts";
import { sequencePicture } from "../../services/timeline/sequence_picture.ts";
import { instant } from "../../services/timeline/words.ts";
import { useTexts } from "../context.ts";
import { PictureView } from "../ui/picture.tsx";
import { Export } from "./export.tsx";
import { pictureTexts } from "./picture_texts.ts";
import { turnTexts } from "./texts.ts";

/** What {@link SequenceCard} shows. */
export interface SequenceCardProps {
  readonly turn: Turn;
  readonly records: readonly RecordedLine[];
  readonly providers: DeviceSettingsInfo["providers"];
}

/** The card. */
export function SequenceCard({ turn, records, providers }: SequenceCardProps): JSX.Element {
  const t = useTexts(turnTexts);
  const words = useTexts(pictureTexts);
  const shown = useMemo(() => {
    const sequence = sequenceOf(turn, records, words);
    const names = Object.entries(providers ?? {}).map(([stage, all]) => [stage, all.join(", ")]);
    const options = { words, providers: Object.fromEntries(names) };
    const picture = sequencePicture(sequence, options);
    return { sequence, picture, svg: standAlone(picture), mermaid: sequenceMermaid(sequence, options) };
  }, [turn, records, words, providers]);
  const { sequence: { steps, zeroMs, recorded }, picture, svg, mermaid } = shown;
  return (
    <section class="card" aria-labelledby="sequence">
      <div class="card-head">
        <h2 id="sequence">{t.sequence}</h2>
        <Export of={t.sequence} name={`turn-${turn.turnId}-sequence`} svg={svg} mermaid={mermaid} />
      </div>
      <p class="soft small">{recorded ? t.recorded : t.notRecorded}</p>
      <div class="turn-picture scrolls" tabIndex={0} role="region" aria-label={t.sequence}>
        <PictureView picture={picture} label={words.sequence} />
      </div>
      <details class="turn-numbers">
        <summary>{t.asList}</summary>
        <ol class="turn-steps">
          {steps.map(({ atMs, from, to, text }, index) => (
            <li key={index}>
              <span class="numbers soft">{instant(atMs - zeroMs, words)}</span>{" "}
              <span>{[words.lifelines[from], ...(from === to ? [] : [words.lifelines[to]])].join(" → ")}</span> <span>{text}</span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
