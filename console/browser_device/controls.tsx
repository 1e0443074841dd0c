/**
 * The device's buttons: talk, wake, interrupt, type, volume.
 *
 * @module
 */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { stateTexts } from "../i18n/states.ts";
import { fill } from "../i18n/texts.ts";
import { Icon } from "../ui/icons.tsx";
import type { BrowserDevice } from "./device.ts";
import { HoldButton } from "./hold_button.tsx";
import { LISTEN_MODES_SHOWN } from "./modes.ts";
import { browserDeviceTexts } from "./texts.ts";

/** The card of the buttons. */
export function Controls({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const state = device.state.value;
  const speaking = state === "speaking";
  const manual = device.mode.value === "manual";
  const connected = device.facts.value !== undefined;
  return (
    <section class="card device-controls" aria-label={t.title}>
      <Modes device={device} />
      <div class="row talk-buttons">
        {manual ? <HoldButton device={device} /> : (
          <button type="button" class="primary talk-button" onClick={() => device.press()}>
            <Icon name={speaking ? "stop" : state === "idle" ? "mic" : "unplug"} />
            {speaking ? t.interrupt : state === "idle" ? t.talk : state === "connecting" ? t.cancel : t.end}
          </button>
        )}
        <button type="button" disabled={state === "connecting"} onClick={() => device.wake(t.wakeWord)}>
          {t.wake} <span class="soft">{t.wakeWord}</span>
        </button>
        {manual ? <button type="button" disabled={!speaking} onClick={() => device.interrupt()}>{t.interrupt}</button> : null}
        {!manual && (state === "listening" || state === "connecting")
          ? null
          : <button type="button" disabled={!connected} onClick={() => device.hangUp()}>{t.end}</button>}
      </div>
      <Typing device={device} />
      <Volume device={device} />
    </section>
  );
}

function Modes({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const names = useTexts(stateTexts).modes;
  const id = useId();
  const chosen = device.mode.value;
  return (
    <fieldset class="modes" aria-describedby={id}>
      <legend>{t.mode}</legend>
      <div class="mode-choices">
        {LISTEN_MODES_SHOWN.map((mode) => (
          <label key={mode} class={mode === chosen ? "mode chosen" : "mode"}>
            <input type="radio" name="listen-mode" value={mode} checked={mode === chosen} onChange={() => device.setMode(mode)} />
            {names[mode]}
          </label>
        ))}
      </div>
      <p id={id} class="small soft">{t.modeHelp[chosen]}</p>
    </fieldset>
  );
}

function Typing({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const id = useId();
  const [text, setText] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    const typed = text.trim();
    if (typed === "") return;
    setText("");
    device.type(typed);
  };
  return (
    <form class="typing" onSubmit={send}>
      <label for={id}>{t.type}</label>
      <div class="typing-line">
        <input
          id={id}
          value={text}
          maxLength={MAX_TYPED}
          placeholder={t.typeHint}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" disabled={text.trim() === "" || device.state.value === "connecting"}>{t.send}</button>
      </div>
    </form>
  );
}

/** Characters that may be typed: as many as the server reads. */
const MAX_TYPED = 2000;

function Volume({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const id = useId();
  const { volume } = device.board;
  return (
    <div class="device-volume">
      <label for={id}>{t.volume}</label>
      <input
        id={id}
        type="range"
        min="0"
        max="100"
        value={volume.value}
        onInput={(event) => volume.value = event.currentTarget.valueAsNumber}
      />
      <output class="numbers" for={id}>{fill(t.percent, { value: volume.value })}</output>
    </div>
  );
}
