/**
 * Taking a recording away: as a file, as a test, as messages of another inspector.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { toStately } from "../../services/recorder/stately.ts";
import { isTestName, RECORDINGS, testText } from "../../services/recorder/test_text.ts";
import type { Api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";
import { useConsole, useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { useAct } from "../ui/states.tsx";
import type { Opened } from "./opened.ts";
import { replayTexts } from "./texts.ts";

/** The panel. */
export function Keep({ opened }: { readonly opened: Opened }): JSX.Element {
  const { name, text, recording, chart } = opened;
  const { api } = useConsole();
  const t = useTexts(replayTexts);
  const act = useAct();
  const exportIt = () =>
    act(async () => {
      const machines = chart === undefined ? [] : [{ chart, ...await definitionOf(api, chart.id) }];
      const lines = [...toStately(recording, machines)].map((message) => `${JSON.stringify(message)}\n`);
      save(`${test}.stately.ndjson`, lines.join(""));
    });
  const [test, setTest] = useState(testNameOf(name));
  const usable = isTestName(test);
  const file = shellWord(name);
  return (
    <div class="keep">
      <p class="small soft">{t.keepIntro}</p>
      <Field id="test-name" label={t.testName} help={usable ? "" : t.badName}>
        <input
          id="test-name"
          value={test}
          aria-invalid={!usable}
          aria-describedby={usable ? undefined : "test-name-help"}
          onInput={(event) => setTest(event.currentTarget.value)}
        />
      </Field>
      <div class="row">
        <button type="button" disabled={!usable} onClick={() => save(`${test}.ndjson`, text)}>
          <Icon name="record" /> {t.downloadRecording}
        </button>
        <button type="button" disabled={!usable} onClick={() => save(`${test}_test.ts`, testText(test))}>
          <Icon name="record" /> {t.downloadTest}
        </button>
        <button type="button" disabled={!usable} title={t.statelyHint} onClick={exportIt}>
          <Icon name="record" /> {t.stately}
        </button>
      </div>
      <p class="small soft">{fill(t.putThere, { folder: RECORDINGS })}</p>
      <pre class="command" tabIndex={0}>{`deno task replay ${file} --save-as-test ${usable ? test : "NAME"}`}</pre>
      <p class="small soft">{t.compare}</p>
      <pre class="command" tabIndex={0}>{`deno task replay ${file}`}</pre>
    </div>
  );
}

/** XState's definition of a machine; nothing where this version has none: the export is of use without. */
async function definitionOf(api: Api, machine: string): Promise<{ readonly definition?: string }> {
  const path = `/api/console/charts/${encodeURIComponent(machine)}/definition`;
  try {
    return { definition: await (await api.request("GET", path)).text() };
  } catch (error) {
    // A recording may come from anywhere, and name what is not even the id of a machine.
    if (error instanceof ApiError && ["chart_not_found", "invalid_path"].includes(error.code ?? "")) return {};
    throw error;
  }
}

/** Has the browser keep a file. */
function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** A name for a test, from that of a file. */
function testNameOf(file: string): string {
  const name = file.replace(/\.\w+$/, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 64);
  return isTestName(name) ? name : "recording";
}

/** A name as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
