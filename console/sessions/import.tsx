/**
 * Bringing an export back. A recording is recognised, and whoever has one is shown where it belongs.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ImportReport } from "../../routes/console/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { useReason } from "../ui/states.tsx";
import { type FileKind, kindOf } from "./file_kind.ts";
import { sessionsTexts } from "./texts.ts";

type Outcome =
  | { readonly kind: "waiting" | "busy" | "recording" | "markdown" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "done"; readonly report: ImportReport };

const TYPES: Readonly<Record<Exclude<FileKind, "recording" | "markdown">, string>> = {
  zip: "application/zip",
  lines: "application/x-ndjson",
};

/** The card of the import; `imported` hears when something was added. */
export function Import({ imported }: { readonly imported: () => void }): JSX.Element {
  const { api } = useConsole();
  const t = useTexts(sessionsTexts);
  const reason = useReason();
  const [file, setFile] = useState<File>();
  const [outcome, setOutcome] = useState<Outcome>({ kind: "waiting" });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (file === undefined) return;
    setOutcome({ kind: "busy" });
    try {
      const kind = await kindOf(file);
      if (kind === "recording" || kind === "markdown") return setOutcome({ kind });
      const report = await api.importFile(file, TYPES[kind]);
      setOutcome({ kind: "done", report });
      if (report.added > 0) imported();
    } catch (error) {
      setOutcome({ kind: "failed", error });
    }
  };
  return (
    <section class="card import" aria-labelledby="import">
      <h2 id="import">{t.importTitle}</h2>
      <p class="soft">{t.importText}</p>
      <form class="row" onSubmit={submit}>
        <Field id="file" label={t.file}>
          <input
            id="file"
            type="file"
            accept=".jsonl,.ndjson,.zip"
            required
            onChange={(event) => {
              setFile(event.currentTarget.files?.[0]);
              setOutcome({ kind: "waiting" });
            }}
          />
        </Field>
        <button type="submit" class="primary" disabled={file === undefined || outcome.kind === "busy"}>
          <Icon name="upload" /> {t.importButton}
        </button>
      </form>
      <div role="status" aria-live="polite">
        {outcome.kind === "busy" ? <p class="soft">{t.importing}</p> : null}
        {outcome.kind === "failed" ? <p class="problem">{reason(outcome.error)}</p> : null}
        {outcome.kind === "markdown" ? <p class="problem">{t.markdownText}</p> : null}
        {outcome.kind === "recording"
          ? (
            <div class="answer">
              <strong>{t.recordingTitle}</strong>
              <p>{t.recordingText}</p>
              <Link to="/replay" class="button">{t.toReplay}</Link>
            </div>
          )
          : null}
        {outcome.kind === "done" ? <Report report={outcome.report} /> : null}
      </div>
    </section>
  );
}

function Report({ report: { added, skipped, refused, refusals } }: { readonly report: ImportReport }): JSX.Element {
  const t = useTexts(sessionsTexts);
  return (
    <div class={refused > 0 ? "answer bad" : "answer"}>
      <strong>{t.reportTitle}</strong>
      <ul class="import-counts numbers">
        <li>{fill(t.added, { count: added })}</li>
        <li>{fill(t.skipped, { count: skipped })}</li>
        <li>{fill(t.refused, { count: refused })}</li>
      </ul>
      {refusals.length === 0 ? null : (
        <div class="import-lines" tabIndex={0} role="region" aria-label={t.reason}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.line}</th>
                <th scope="col">{t.reason}</th>
              </tr>
            </thead>
            <tbody>
              {refusals.map(({ line, reason }) => (
                <tr key={line}>
                  <td class="numbers">{line}</td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {refused > refusals.length ? <p class="small">{fill(t.moreRefused, { count: refusals.length })}</p> : null}
    </div>
  );
}
