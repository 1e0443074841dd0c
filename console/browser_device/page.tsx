/**
 * The browser as a device.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { systemRandom } from "../../base/random.ts";
import type { Console } from "../context.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { Page } from "../shell/page.tsx";
import { Empty } from "../ui/states.tsx";
import { openEncoder } from "./codec.ts";
import { Controls } from "./controls.tsx";
import { BrowserDevice } from "./device.ts";
import { ConnectionFacts } from "./facts.tsx";
import { type Identity, identityOf } from "./identity.ts";
import { linkOpener } from "./link.ts";
import { LogView } from "./log_view.tsx";
import { Mind } from "./mind.tsx";
import { openMicrophone } from "./microphone.ts";
import { Screen } from "./screen.tsx";
import { browserSpeaker } from "./speaker.ts";
import { browserDeviceTexts } from "./texts.ts";
import { TroubleNote } from "./trouble_note.tsx";

/** The page. */
export default function BrowserDevicePage(): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  if (useMay("operator")) return <Talking />;
  return (
    <Page title={t.title}>
      <Empty title={t.viewerTitle}>
        <p>{t.viewerText}</p>
      </Empty>
    </Page>
  );
}

function Talking(): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const console = useConsole();
  const { identity, device } = useMemo(() => makeDevice(console), []);
  useEffect(() => () => device.close(), [device]);
  return (
    <Page title={t.title} aside={<p class="soft small">{t.intro}</p>}>
      <TroubleNote device={device} />
      <div class="browser-device">
        <div class="browser-device-side">
          <Screen device={device} />
          <Controls device={device} />
        </div>
        <div class="browser-device-side">
          <Mind device={device} deviceId={identity.deviceId} />
        </div>
      </div>
      <ConnectionFacts device={device} identity={identity} />
      <LogView log={device.log} />
    </Page>
  );
}

function makeDevice({ clock, api, session, language }: Console): { readonly identity: Identity; readonly device: BrowserDevice } {
  const identity = identityOf(
    { getItem: (key) => localStorage.getItem(key), setItem: (key, value) => localStorage.setItem(key, value) },
    systemRandom(),
  );
  const version = session.peek()?.version ?? "";
  // For trying the other codec in a browser that has one of its own: /console/device?codec=wasm
  const codecs = { clock, wasmOnly: new URLSearchParams(location.search).get("codec") === "wasm" };
  const device = new BrowserDevice({
    clock,
    version,
    openMicrophone,
    openEncoder: (news) => openEncoder(codecs, news),
    openSpeaker: browserSpeaker(codecs),
    openLink: linkOpener({
      clock,
      identity,
      version,
      language: language.peek() === "zh" ? "zh-CN" : "en-US",
      location,
      fetch: (input, init) => fetch(input, init),
      ticket: async (who) => await (await api.request("POST", "/api/console/device-tickets", who)).json(),
      openSocket: (url) => new WebSocket(url),
    }),
  });
  return { identity, device };
}
