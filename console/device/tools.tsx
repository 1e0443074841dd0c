/**
 * The tools of a device as forms, with what the device answers.
 *
 * @module
 */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { DeviceTool } from "../../routes/console/types.ts";
import { useConsole, useMay, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Field } from "../ui/field.tsx";
import type { Loaded } from "../ui/load.ts";
import { Empty, Failure, Loading, useReason } from "../ui/states.tsx";
import { argumentsOf, BadJson, fieldsOf, type SchemaField } from "./schema_form.ts";
import { deviceTexts } from "./texts.ts";

/** What {@link Tools} shows. */
export interface ToolsProps {
  readonly deviceId: string;
  readonly online: boolean;
  readonly tools: Loaded<readonly DeviceTool[]>;
}

/** The card of the tools. */
export function Tools({ deviceId, online, tools }: ToolsProps): JSX.Element {
  const t = useTexts(deviceTexts);
  return (
    <section class="card" aria-labelledby="tools">
      <div class="card-head">
        <h2 id="tools">{t.tools}</h2>
        <p class="soft small">{t.toolsHint}</p>
      </div>
      {!online
        ? <Empty title={t.toolsAway} />
        : tools.state === "loading"
        ? <Loading />
        : tools.state === "failed"
        ? <Failure error={tools.error} />
        : tools.value.length === 0
        ? <Empty title={t.noTools} />
        : <div class="tools">{tools.value.map((tool) => <Tool key={tool.name} deviceId={deviceId} tool={tool} />)}</div>}
    </section>
  );
}

interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

function Tool({ deviceId, tool }: { readonly deviceId: string; readonly tool: DeviceTool }): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(deviceTexts);
  const may = useMay("operator");
  const reason = useReason();
  const [filled, setFilled] = useState<Readonly<Record<string, string>>>({});
  const [answer, setAnswer] = useState<Answer>();
  const [busy, setBusy] = useState(false);
  const fields = fieldsOf(tool.inputSchema);
  const call = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setAnswer(undefined);
    try {
      setAnswer(await api.callTool(deviceId, tool.name, argumentsOf(fields, filled)));
    } catch (error) {
      setAnswer({ text: error instanceof BadJson ? fill(t.badJson, { name: error.field }) : reason(error), isError: true });
    }
    setBusy(false);
  };
  return (
    <details class="tool">
      <summary>
        <span class="mono">{tool.name}</span>
        <span class="soft small">{tool.description}</span>
      </summary>
      <form onSubmit={call}>
        {fields.length === 0 ? <p class="soft small">{t.noArguments}</p> : (
          <div class="fields">
            {fields.map((field) => (
              <ToolField
                key={field.name}
                field={field}
                value={filled[field.name] ?? field.initial}
                change={(value) => setFilled({ ...filled, [field.name]: value })}
              />
            ))}
          </div>
        )}
        <div class="row">
          <button type="submit" disabled={busy || !may}>{t.call}</button>
          {busy ? <span class="soft small">{t.calling}</span> : null}
        </div>
        <div role="status" aria-live="polite">
          {answer === undefined ? null : (
            <div class={answer.isError ? "answer bad" : "answer"}>
              <p class="small">{answer.isError ? t.refused : t.answered}</p>
              <pre>{answer.text === "" ? t.empty : pretty(answer.text)}</pre>
            </div>
          )}
        </div>
      </form>
    </details>
  );
}

interface ToolFieldProps {
  readonly field: SchemaField;
  readonly value: string;
  readonly change: (value: string) => void;
}

function ToolField({ field, value, change }: ToolFieldProps): JSX.Element {
  const t = useTexts(deviceTexts);
  const id = useId();
  const { name, kind, description, required, choices, least, most } = field;
  const range = least !== undefined && most !== undefined ? fill(t.range, { least, most }) : "";
  const help = [description, range, kind === "json" ? t.json : "", required ? t.required : ""].filter((part) => part !== "").join(" · ");
  const shared = { id, required, ...(help === "" ? {} : { "aria-describedby": `${id}-help` }) };
  return (
    <Field id={id} label={name} help={help} check={kind === "boolean"}>
      {kind === "boolean"
        ? (
          <input
            {...shared}
            required={false}
            type="checkbox"
            checked={value === "true"}
            onChange={(event) => change(String(event.currentTarget.checked))}
          />
        )
        : kind === "choice"
        ? (
          <select {...shared} value={value} onChange={(event) => change(event.currentTarget.value)}>
            {choices.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
          </select>
        )
        : kind === "json"
        ? <textarea {...shared} value={value} spellcheck={false} onInput={(event) => change(event.currentTarget.value)} />
        : kind === "text"
        ? <input {...shared} value={value} onInput={(event) => change(event.currentTarget.value)} />
        : (
          <input
            {...shared}
            type="number"
            step={kind === "integer" ? 1 : "any"}
            min={least}
            max={most}
            value={value}
            onInput={(event) => change(event.currentTarget.value)}
          />
        )}
    </Field>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
