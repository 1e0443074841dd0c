/**
 * The settings of a device: what people say of it can be changed here, what the configuration says is shown.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Device, DeviceChanges, DeviceSettingsInfo } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { fill } from "../i18n/texts.ts";
import { Field } from "../ui/field.tsx";
import { useAct } from "../ui/states.tsx";
import { deviceTexts } from "./texts.ts";

/** What {@link Settings} shows. */
export interface SettingsProps {
  readonly device: Device;
  readonly settings: DeviceSettingsInfo;
  /** Hears what holds after a change. */
  readonly changed: (device: Device, settings: DeviceSettingsInfo) => void;
}

/** Longest name, room and alias; longest tag of a language. */
const MAX_NAME = 64;
const MAX_LANGUAGE = 35;

/** The card of the settings. */
export function Settings({ device, settings, changed }: SettingsProps): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(deviceTexts);
  const common = useTexts(commonTexts);
  const act = useAct();
  const may = useMay("operator");
  const first = {
    name: device.name ?? "",
    alias: device.alias ?? "",
    room: device.room ?? "",
    language: device.language ?? "",
    role: settings.chosenRole ?? "",
    retention: device.retention.source === "device" ? String(device.retention.days) : "",
  };
  const [values, setValues] = useState(first);
  const dirty = (Object.keys(first) as (keyof typeof first)[]).filter((key) => values[key].trim() !== first[key]);
  const save = (event: Event) => {
    event.preventDefault();
    act(async () => {
      const texts = (["name", "alias", "room", "language"] as const).filter((key) => dirty.includes(key));
      const changes: DeviceChanges = Object.fromEntries(texts.map((key) => [key, values[key].trim() || null]));
      if (texts.length > 0) await api.changeDevice(device.deviceId, changes);
      if (dirty.includes("retention")) {
        await api.setRetention(device.deviceId, values.retention === "" ? null : Number(values.retention));
      }
      if (dirty.includes("role")) await api.setRole(device.deviceId, values.role || null);
      changed(await api.device(device.deviceId), await api.settings(device.deviceId));
      return common.saved;
    });
  };
  const text = (key: "name" | "alias" | "room" | "language", help?: string) => (
    <Field id={`set-${key}`} label={t[key]} help={help}>
      <input
        id={`set-${key}`}
        maxLength={key === "language" ? MAX_LANGUAGE : MAX_NAME}
        disabled={!may}
        value={values[key]}
        aria-describedby={help === undefined ? undefined : `set-${key}-help`}
        onInput={(event) => setValues({ ...values, [key]: event.currentTarget.value })}
      />
    </Field>
  );
  return (
    <section class="card" aria-labelledby="settings">
      <div class="card-head">
        <h2 id="settings">{t.settings}</h2>
      </div>
      <form class="settings" onSubmit={save}>
        <div class="fields">
          {text("name")}
          {text("room")}
          {text("alias", t.aliasHelp)}
          {text("language", t.languageHelp)}
          <Field id="set-role" label={t.role} help={t.roleHelp}>
            <select
              id="set-role"
              disabled={!may}
              value={values.role}
              aria-describedby="set-role-help"
              onChange={(event) => setValues({ ...values, role: event.currentTarget.value })}
            >
              <option value="">{t.roleDefault}</option>
              {settings.roles.map((role) => <option key={role} value={role}>{role}</option>)}
            </select>
          </Field>
          <Field id="set-retention" label={t.retention} help={fill(t.retentionHelp, { days: device.retention.days })}>
            <input
              id="set-retention"
              type="number"
              min={0}
              max={10_000}
              step={1}
              disabled={!may}
              value={values.retention}
              aria-describedby="set-retention-help"
              onInput={(event) => setValues({ ...values, retention: event.currentTarget.value })}
            />
          </Field>
        </div>
        <div class="row">
          <button type="submit" class="primary" disabled={!may || dirty.length === 0}>{common.save}</button>
        </div>
      </form>
      <Configured settings={settings} />
    </section>
  );
}

function Configured({ settings }: { readonly settings: DeviceSettingsInfo }): JSX.Element {
  const t = useTexts(deviceTexts);
  const { silenceMs, minSilenceMs, maxSilenceMs } = settings.endpointing;
  const endpointing = fill(t.endpointingValue, { least: minSilenceMs, most: maxSilenceMs, usual: silenceMs });
  const shown: readonly (readonly [string, string])[] = [
    [t.voice, settings.voice ?? t.voiceDefault],
    [t.wake, t.wakes[settings.wake]],
    [t.wakeReply, settings.wakeReply ?? t.wakeReplyDefault],
    [t.endpointing, endpointing],
    [t.lead, String(settings.leadFrames)],
  ];
  return (
    <div class="configured">
      <h3>{t.configured}</h3>
      <dl class="facts">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="prompt">
          <dt>{t.prompt}</dt>
          <dd>{settings.prompt}</dd>
        </div>
      </dl>
    </div>
  );
}
