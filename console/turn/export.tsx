/**
 * Takes a picture along: as an SVG file and as Mermaid text.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { fill } from "../i18n/texts.ts";
import { copyText } from "../ui/copy.ts";
import { Icon } from "../ui/icons.tsx";
import { useAct } from "../ui/states.tsx";
import { turnTexts } from "./texts.ts";

/** What an {@link Export} takes along. */
export interface ExportProps {
  /** Of what, in words. */
  readonly of: string;
  /** Name of the files, without what it ends with. */
  readonly name: string;
  readonly svg: string;
  readonly mermaid: string;
}

/** The buttons. */
export function Export({ of, name, svg, mermaid }: ExportProps): JSX.Element {
  const t = useTexts(turnTexts);
  const act = useAct();
  const file = { of: fill(t.downloadSvgOf, { name: of }), mermaid: fill(t.downloadMermaidOf, { name: of }) };
  const copy = () =>
    act(async () => {
      await copyText(mermaid);
      return t.copied;
    });
  return (
    <div class="row export">
      <a class="button" href={useFile(svg, "image/svg+xml")} download={`${name}.svg`} aria-label={file.of} title={file.of}>
        <Icon name="record" size={16} /> {t.downloadSvg}
      </a>
      <a class="button" href={useFile(mermaid, "text/plain")} download={`${name}.mmd`} aria-label={file.mermaid} title={file.mermaid}>
        <Icon name="record" size={16} /> {t.downloadMermaid}
      </a>
      <button type="button" onClick={copy} aria-label={fill(t.copyMermaidOf, { name: of })}>{t.copyMermaid}</button>
    </div>
  );
}

/** The address of a text as a file, as long as the page is there. */
function useFile(text: string, type: string): string {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text, type]);
  return url;
}
