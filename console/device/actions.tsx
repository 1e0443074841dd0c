/**
 * What can be done to a device: have it speak, set its volume, restart, disconnect, record, delete.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useConsole, useMay, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Field } from "../ui/field.tsx";
import { Link } from "../shell/link.tsx";
import { Icon } from "../ui/icons.tsx";
import { useAct } from "../ui/states.tsx";
import { deviceTexts } from "./texts.ts";

/** Tools of the firmware: one tells the volume beside other things, the other sets it. */
const STATUS_TOOL = "self.get_device_status";
const VOLUME_TOOL = "self.audio_speaker.set_volume";
/** Longest announcement, characters, as the server takes them. */
const MAX_TEXT = 500;

/** What {@link Actions} acts on. */
export interface ActionsProps {
  readonly deviceId: string;
  readonly online: boolean;
  /** Names of its tools. */
  readonly tools: readonly string[];
}

/** The card of the actions. */
export function Actions({ deviceId, online, tools }: ActionsProps): JSX.Element {
  const { api, router, session } = useConsole();
  const t = useTexts(deviceTexts);
  const act = useAct();
  const may = useMay("operator");
  const [asking, setAsking] = useState<"reboot" | "remove">();
  const remove = async () => {
    setAsking(undefined);
    const done = await act(async () => {
      const { turns, sessions, audioFiles } = await api.deleteDevice(deviceId);
      return fill(t.removed, { turns, sessions, audio: audioFiles });
    });
    if (done) router.go("/devices");
  };
  const reboot = () => {
    setAsking(undefined);
    act(async () => {
      await api.reboot(deviceId);
      return t.rebooted;
    });
  };
  const disconnect = () =>
    act(async () => {
      await api.disconnect(deviceId);
      return t.disconnected;
    });
  return (
    <section class="card device-actions" aria-labelledby="actions">
      <div class="card-head">
        <h2 id="actions">{t.actions}</h2>
      </div>
      {online ? null : <p class="soft small">{t.offlineNote}</p>}
      <Say deviceId={deviceId} usable={online && may} />
      {tools.includes(VOLUME_TOOL) && online
        ? <Volume deviceId={deviceId} usable={may} readable={tools.includes(STATUS_TOOL) && may} />
        : null}
      <div class="row">
        <button type="button" disabled={!online || !may} onClick={() => setAsking("reboot")}>
          <Icon name="restart" /> {t.reboot}
        </button>
        <button type="button" disabled={!online || !may} onClick={disconnect}>
          <Icon name="unplug" /> {t.disconnect}
        </button>
        <a
          class="button"
          href={`/debug/devices/${encodeURIComponent(deviceId)}/recording`}
          download={`${deviceId.replaceAll(":", "-")}.ndjson`}
          title={t.recordingHint}
        >
          <Icon name="record" /> {t.recording}
        </a>
        <Link to={`/replay?device=${encodeURIComponent(deviceId)}`} class="button">
          <Icon name="replay" /> {t.replay}
        </Link>
        {session.value?.api === true
          ? (
            <button type="button" class="danger" disabled={!may} onClick={() => setAsking("remove")}>
              <Icon name="trash" /> {t.remove}
            </button>
          )
          : null}
      </div>
      {asking === "remove"
        ? <Confirm title={t.removeTitle} text={t.removeText} action={t.remove} onYes={remove} onNo={() => setAsking(undefined)} />
        : asking === "reboot"
        ? <Confirm title={t.rebootTitle} text={t.rebootText} action={t.reboot} onYes={reboot} onNo={() => setAsking(undefined)} />
        : null}
    </section>
  );
}

function Say({ deviceId, usable }: { readonly deviceId: string; readonly usable: boolean }): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(deviceTexts);
  const act = useAct();
  const [text, setText] = useState("");
  const [interrupt, setInterrupt] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await act(async () => {
      await api.say(deviceId, text, interrupt);
      return t.said;
    });
    if (done) setText("");
  };
  return (
    <form class="say" onSubmit={submit}>
      <Field id="say" label={t.say}>
        <textarea
          id="say"
          maxLength={MAX_TEXT}
          rows={2}
          required
          disabled={!usable}
          placeholder={t.sayHint}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <div class="row">
        <button type="submit" class="primary" disabled={!usable || text.trim() === ""}>
          <Icon name="say" /> {t.sayButton}
        </button>
        <Field id="interrupt" label={t.interrupt} check>
          <input
            id="interrupt"
            type="checkbox"
            disabled={!usable}
            checked={interrupt}
            onChange={(event) => setInterrupt(event.currentTarget.checked)}
          />
        </Field>
      </div>
    </form>
  );
}

interface VolumeProps {
  readonly deviceId: string;
  readonly usable: boolean;
  readonly readable: boolean;
}

function Volume({ deviceId, usable, readable }: VolumeProps): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(deviceTexts);
  const act = useAct();
  const [volume, setVolume] = useState<number>();
  useEffect(() => {
    if (!readable) return;
    // Where it cannot be read, it can still be set.
    api.callTool(deviceId, STATUS_TOOL, {}).then(({ text }) => setVolume((chosen) => chosen ?? volumeIn(text)), () => {});
  }, [deviceId, readable]);
  const set = () =>
    act(async () => {
      const { text, isError } = await api.callTool(deviceId, VOLUME_TOOL, { volume: volume ?? 50 });
      if (isError) throw new Error(text);
      return t.volumeSet;
    });
  return (
    <div class="volume">
      <label for="volume">{t.volume}</label>
      <input
        id="volume"
        type="range"
        min={0}
        max={100}
        disabled={!usable}
        value={volume ?? 50}
        onInput={(event) => setVolume(Number(event.currentTarget.value))}
      />
      <output for="volume" class="numbers small">{fill(t.volumeNow, { value: volume ?? 50 })}</output>
      <button type="button" disabled={!usable} onClick={set}>
        <Icon name="volume" /> {t.setVolume}
      </button>
    </div>
  );
}

function volumeIn(text: string): number | undefined {
  try {
    const { audio_speaker: speaker } = JSON.parse(text) as { readonly audio_speaker?: { readonly volume?: unknown } };
    return typeof speaker?.volume === "number" ? speaker.volume : undefined;
  } catch {
    return undefined;
  }
}
