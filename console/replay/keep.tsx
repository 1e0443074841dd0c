/**
 * Taking a recording away: as a file, as a test, as messages of another inspector.
 *
 * @module
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { isTestName, RECORDINGS, testText } from "../../services/recorder/test_text.ts";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import type { Opened } from "./opened.ts";
import { replayTexts } from "./texts.ts";

/** The panel. */
export function Keep({ opened: { name, text } }: { readonly opened: Opened }): JSX.Element {
  const t = useTexts(replayTexts);
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
      </div>
      <p class="small soft">{fill(t.putThere, { folder: RECORDINGS })}</p>
      <pre class="command" tabIndex={0}>{`deno task replay ${file} --save-as-test ${usable ? test : "NAME"}`}</pre>
      <p class="small soft">{t.compare}</p>
      <pre class="command" tabIndex={0}>{`deno task replay ${file}`}</pre>
    </div>
  );
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
