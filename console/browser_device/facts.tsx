/**
 * What is known of the connection and of the sound.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import type { BrowserDevice } from "./device.ts";
import type { Identity } from "./identity.ts";
import { decibels } from "./meter.tsx";
import { browserDeviceTexts } from "./texts.ts";

/** What {@link ConnectionFacts} shows. */
export interface ConnectionFactsProps {
  readonly device: BrowserDevice;
  readonly identity: Identity;
}

/** The card of the facts. */
export function ConnectionFacts({ device, identity }: ConnectionFactsProps): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const facts = device.facts.value;
  const { sent, received, unheard, underruns, playedMs, loudest } = device.sound.counts.value;
  const { encoder, decoder } = device.sound.codecs.value;
  const rows: readonly (readonly [keyof typeof t.facts, string])[] = [
    ["deviceId", identity.deviceId],
    ["clientId", identity.clientId],
    ...(facts === undefined ? [] : [
      ["socket", facts.url],
      ["session", facts.sessionId],
      ["downlink", fill(t.downlinkValue, { rate: facts.sampleRate / 1000, frame: facts.frameMs })],
    ] as const),
    ["encoder", encoder === undefined ? t.noneYet : t.codecs[encoder]],
    ["decoder", decoder === undefined ? t.noneYet : t.codecs[decoder]],
    ["sent", String(sent)],
    ["received", String(received)],
    ["unheard", String(unheard)],
    ["underruns", String(underruns)],
    ["played", fill(t.seconds, { value: (playedMs / 1000).toFixed(1) })],
    ["loudest", loudest === 0 ? t.noneYet : fill(t.decibels, { value: decibels(loudest).toFixed(1) })],
  ];
  return (
    <section class="card" aria-labelledby="browser-device-connection">
      <div class="card-head">
        <h2 id="browser-device-connection">{t.connection}</h2>
        <Link to={`/devices/${encodeURIComponent(identity.deviceId)}`} class="small">{t.page}</Link>
      </div>
      {facts === undefined ? <p class="soft small not-connected">{t.notConnected}</p> : null}
      <dl class="facts browser-device-facts">
        {rows.map(([name, value]) => (
          <div key={name} data-fact={name}>
            <dt>{t.facts[name]}</dt>
            <dd class="numbers">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
