/**
 * The device's face, drawn, because emoji look different on every system and are missing on some.
 *
 * @module
 */

import type { JSX } from "preact";
import { type Emotion, isEmotion } from "../../protocol/emotions.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { browserDeviceTexts } from "./texts.ts";

/** Pairs of eyes, as paths. */
const EYES = {
  open: "M34 46v8M66 46v8",
  wide: "M34 42a7 8 0 1 0 .1 0M66 42a7 8 0 1 0 .1 0",
  happy: "M27 51q7 -9 14 0M59 51q7 -9 14 0",
  closed: "M27 49q7 6 14 0M59 49q7 6 14 0",
  squeezed: "M28 44l11 6l-11 6M72 44l-11 6l11 6",
  wink: "M34 46v8M59 51q7 -5 14 0",
  angry: "M26 41l14 6M74 41l-14 6M35 50v5M65 50v5",
  sad: "M26 46l12 -5M74 46l-12 -5M34 50v5M66 50v5",
  up: "M36 44v7M68 44v7M28 37q6 -4 12 -1",
  heart: "M34 57l-8 -8a4.500 4.500 0 0 1 8 -4a4.500 4.500 0 0 1 8 4zM66 57l-8 -8a4.500 4.500 0 0 1 8 -4a4.500 4.500 0 0 1 8 4z",
  glasses: "M22 44h24v6a8 8 0 0 1 -24 0zM54 44h24v6a8 8 0 0 1 -24 0zM46 46h8",
} as const;

/** Mouths, as paths. */
const MOUTHS = {
  flat: "M40 71h20",
  smile: "M38 68q12 11 24 0",
  grin: "M35 66h30q-3 14 -15 14t-15 -14z",
  frown: "M39 74q11 -10 22 0",
  small: "M46 71q4 3 8 0",
  round: "M50 66a5 6 0 1 0 .1 0",
  kiss: "M48 64q7 2 1 6q7 2 -1 6",
  smirk: "M42 72q11 1 18 -6",
  wave: "M37 72q4 -5 8 0t8 0t8 0",
  tongue: "M38 67h24M50 67v7a5 5 0 0 0 9 0v-7",
} as const;

const FACES: Readonly<Record<Emotion, readonly [keyof typeof EYES, keyof typeof MOUTHS]>> = {
  neutral: ["open", "small"],
  happy: ["open", "smile"],
  laughing: ["squeezed", "grin"],
  funny: ["happy", "grin"],
  sad: ["sad", "frown"],
  angry: ["angry", "frown"],
  crying: ["closed", "frown"],
  loving: ["heart", "smile"],
  embarrassed: ["wide", "flat"],
  surprised: ["wide", "small"],
  shocked: ["wide", "round"],
  thinking: ["up", "flat"],
  winking: ["wink", "smile"],
  cool: ["glasses", "smirk"],
  relaxed: ["closed", "smile"],
  delicious: ["happy", "tongue"],
  kissy: ["wink", "kiss"],
  confident: ["open", "smirk"],
  sleepy: ["closed", "small"],
  silly: ["wink", "tongue"],
  confused: ["up", "wave"],
};

/** The face for an emotion; a name that no device knows leaves the calm one, and is told in words. */
export function Face({ emotion }: { readonly emotion: string }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const [eyes, mouth] = FACES[isEmotion(emotion) ? emotion : "neutral"];
  const name = isEmotion(emotion) ? t.emotions[emotion] : emotion;
  return (
    <figure class="face" data-emotion={emotion}>
      <svg viewBox="0 0 100 100" role="img" aria-label={fill(t.face, { emotion: name })}>
        <circle class="face-skin" cx="50" cy="54" r="42" />
        <path class="face-line" d={EYES[eyes]} />
        <path class="face-line" d={MOUTHS[mouth]} />
        {emotion === "crying" ? <path class="face-tear" d="M31 58q-4 7 0 10q5 -3 0 -10M69 58q-4 7 0 10q5 -3 0 -10" /> : null}
        {emotion === "embarrassed" || emotion === "loving" || emotion === "kissy"
          ? <path class="face-blush" d="M18 62h12M70 62h12" />
          : null}
      </svg>
      <figcaption class="small soft">{name}</figcaption>
    </figure>
  );
}
