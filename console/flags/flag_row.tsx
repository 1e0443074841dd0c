/**
 * One flag: what it is for, how it stands, who changed it last, and the switch.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { ConfigChange, Flag } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { moment } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import type { Changer } from "./changes.ts";
import { ConfirmChange } from "./confirm_change.tsx";
import { flagTexts } from "./flag_texts.ts";
import { flagsTexts } from "./texts.ts";
import { type FlagValue, percentOf, same, useValueText } from "./values.tsx";

/** Part of the devices that is offered first: enough to see a fault, few enough to bear it. */
const FIRST_PERCENT = 10;

/** What {@link FlagRow} shows. */
export interface FlagRowProps {
  readonly flag: Flag;
  /** The latest change of it, where there is one on record. */
  readonly last: ConfigChange | undefined;
  readonly changer: Changer;
}

type Choice = "on" | "off" | "part";

/** The row. */
export function FlagRow({ flag, last, changer }: FlagRowProps): JSX.Element {
  const { language, toasts } = useConsole();
  const t = useTexts(flagsTexts);
  const texts = useTexts(flagTexts);
  const text = useValueText();
  const may = useMay("operator");
  const id = useId();
  const { name, value, scope, source, effect } = flag;
  const [choice, setChoice] = useState<Choice>(choiceOf(value));
  const [percent, setPercent] = useState(String(percentOf(value) ?? FIRST_PERCENT));
  const [asking, setAsking] = useState<{ readonly to: FlagValue | null }>();
  const put = () => {
    setChoice(choiceOf(value));
    setPercent(String(percentOf(value) ?? FIRST_PERCENT));
  };
  // Whoever changed it meanwhile, what stands is what is offered to be changed.
  useEffect(put, [JSON.stringify(value)]);
  const wanted: FlagValue = choice === "part" ? { percent: Number(percent) } : choice === "on";
  const isWrong = choice === "part" && !(percent.trim() !== "" && Number(percent) >= 0 && Number(percent) <= 100);
  const ask = () => isWrong ? toasts.show("bad", fill(t.percentWrong, { name })) : setAsking({ to: wanted });
  const meanings: Readonly<Record<string, string>> = texts.meanings;
  const offs: Readonly<Record<string, string>> = texts.off;
  return (
    <li class="flag">
      <div class="flag-words">
        <div class="flag-head">
          <h3 class="mono" id={`${id}-name`}>{name}</h3>
          <span class={`chip ${value === false ? "offline" : same(value, flag.default) ? "idle" : "partly"}`}>{text(value)}</span>
        </div>
        <p>{meanings[name] ?? flag.meaning}</p>
        {offs[name] === undefined ? null : (
          <p class="soft small">
            <strong>{t.whenOff}</strong> {offs[name]}
          </p>
        )}
        <p class="soft small">
          {[
            fill(t.byDefault, { value: text(flag.default) }),
            source === "runtime" ? t.fromRuntime : source === "default" ? undefined : fill(t.fromFile, { source }),
            t.effects[effect],
          ].filter((part) => part !== undefined).join(" · ")}
        </p>
        {last === undefined ? null : (
          <p class="soft small">
            {fill(t.lastChange, { at: moment(last.at, language.value), by: last.by })}, {t.routes[last.via]}
            {last.why === undefined ? null : <q>{last.why}</q>}
          </p>
        )}
      </div>
      <div class="flag-switch" role="group" aria-labelledby={`${id}-name`}>
        <select
          aria-label={fill(t.state, { name })}
          value={choice}
          disabled={!may}
          onChange={(event) => setChoice(event.currentTarget.value as Choice)}
        >
          <option value="on">{t.choices.on}</option>
          <option value="off">{t.choices.off}</option>
          {scope === "device" ? <option value="part">{t.choices.part}</option> : null}
        </select>
        {choice === "part"
          ? (
            <input
              type="number"
              min={0}
              max={100}
              step="any"
              value={percent}
              disabled={!may}
              aria-label={`${name}: ${t.percent}`}
              title={t.percentHelp}
              aria-invalid={isWrong}
              onInput={(event) => setPercent(event.currentTarget.value)}
            />
          )
          : null}
        <button type="button" disabled={!may || same(wanted, value)} onClick={ask}>{t.apply}</button>
        {source === "runtime"
          ? <button type="button" class="quiet small" disabled={!may} onClick={() => setAsking({ to: null })}>{t.reset}</button>
          : null}
      </div>
      {asking === undefined ? null : (
        <ConfirmChange
          title={fill(t.confirmTitle, { name })}
          text={asking.to === null
            ? fill(t.confirmReset, { name, effect: t.effects[effect] })
            : [`${text(value)} → ${text(asking.to)}, ${t.effects[effect]}.`, asking.to === false ? offs[name] ?? "" : ""].join(" ").trim()}
          action={asking.to === null ? t.reset : t.apply}
          onYes={(why) => {
            setAsking(undefined);
            changer.set(name, asking.to, why);
          }}
          onNo={() => {
            setAsking(undefined);
            put();
          }}
        />
      )}
    </li>
  );
}

function choiceOf(value: unknown): Choice {
  return value === true ? "on" : value === false ? "off" : "part";
}
