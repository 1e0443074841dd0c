/**
 * The device's display: face, light, what was understood, what is answered.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useTexts } from "../context.ts";
import { StateChip } from "../ui/state_chip.tsx";
import type { BrowserDevice } from "./device.ts";
import { Face } from "./face.tsx";
import { Meter } from "./meter.tsx";
import { browserDeviceTexts } from "./texts.ts";

/** The display of a device. */
export function Screen({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const { emotion, alert } = device.display.value;
  return (
    <section class="card device-screen" aria-labelledby="browser-device-display">
      <div class="card-head">
        <h2 id="browser-device-display">{t.display}</h2>
        <p class="row">
          <Lamp device={device} />
          <StateChip state={device.state.value} />
        </p>
      </div>
      {alert === undefined ? null : (
        <div class="device-alert" role="alert">
          <strong>{alert.status === "" ? t.alert : alert.status}</strong>
          <p>{alert.message}</p>
        </div>
      )}
      <div class="device-picture">
        <Face emotion={emotion} />
        <Talk device={device} />
      </div>
      <div class="meters">
        <Meter label={t.microphone} level={() => device.sound.levels.value.microphone} />
        <Meter label={t.speaker} level={() => device.sound.levels.value.speaker} />
      </div>
    </section>
  );
}

function Lamp({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const { on, rgb } = device.board.light.value;
  const colour = `rgb(${rgb.join(" ")})`;
  return (
    <span class={on ? "lamp on" : "lamp"} data-rgb={rgb.join(",")}>
      <span class="bulb" style={on ? { background: colour, boxShadow: `0 0 .6rem ${colour}` } : {}} aria-hidden="true" />
      <span class="small soft">{on ? t.lightOn : t.lightOff}</span>
    </span>
  );
}

/** What was said on both sides. It is read out as it comes. */
function Talk({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const box = useRef<HTMLDivElement>(null);
  const { heard, said } = device.display.value;
  const state = device.state.value;
  const hint = state === "connecting"
    ? t.connectingHint
    : state === "listening"
    ? device.mode.value === "manual" ? t.holdingHint : t.listeningHint
    : t.nothingSaid;
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [heard, said.length]);
  return (
    <div class="talk" ref={box} role="log" aria-label={t.conversation} tabIndex={0}>
      {heard === "" ? null : (
        <p class="talk-you">
          <span class="small soft">{t.you}</span>
          <span class="heard">{heard}</span>
        </p>
      )}
      {said.length === 0 ? null : (
        <p class="talk-answer">
          <span class="small soft">{t.answer}</span>
          {said.map((sentence, index) => <span key={index} class={index === said.length - 1 ? "said now" : "said"}>{sentence}</span>)}
        </p>
      )}
      {(heard === "" && said.length === 0) || state === "listening" || state === "connecting" ? <p class="soft talk-hint">{hint}</p> : null}
    </div>
  );
}
