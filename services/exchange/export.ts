/**
 * Exports as streams: JSON lines, Markdown for people, and a ZIP file with the audio.
 *
 * @module
 */

import { ZipWriter } from "@zip.js/zip.js";
import type { AudioStore } from "../audio_store/audio_store.ts";
import type { ArchivedTurn, HistoryArchive } from "../history/archive.ts";
import type { AudioSide } from "../history/audio_files.ts";
import { lineOf } from "./line.ts";
import { markdownWriter } from "./markdown.ts";
import { type Exported, exportedTurns } from "./walk.ts";

/** The forms of an export. */
export type ExportFormat = "jsonl" | "markdown" | "zip";

/** Name of the lines within a ZIP file. */
export const LINES_NAME = "turns.jsonl";

/** What an export needs. */
export interface ExportDeps {
  readonly archive: HistoryArchive;
  readonly audio: AudioStore;
  /** IANA zone of the times in Markdown; empty for the machine's. */
  readonly timezone: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * An export of `what`. The first page is read before this resolves, so that a history that cannot be read is an error and not half a file.
 *
 * @throws {HistoryError} When the history cannot be read.
 */
export async function exportStream(deps: ExportDeps, what: Exported, format: ExportFormat): Promise<ReadableStream<Bytes>> {
  const pages = await begun(exportedTurns(deps.archive, what));
  if (format === "zip") return zipStream(deps, pages);
  return ReadableStream.from(encoded(format === "jsonl" ? jsonLines(pages, false) : markdown(pages, deps.timezone)));
}

/** The same pages, the first of which is there. */
async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await pages.next();
  return (async function* () {
    if (!first.done) yield first.value;
    yield* pages;
  })();
}

async function* jsonLines(pages: AsyncIterable<readonly ArchivedTurn[]>, audio: boolean): AsyncGenerator<string> {
  for await (const page of pages) {
    if (page.length > 0) yield page.map((each) => JSON.stringify(lineOf(each, audio)) + "\n").join("");
  }
}

async function* markdown(pages: AsyncIterable<readonly ArchivedTurn[]>, timezone: string): AsyncGenerator<string> {
  const writer = markdownWriter(timezone);
  let sessionId: string | undefined;
  for await (const page of pages) {
    let text = "";
    for (const each of page) {
      if (each.turn.sessionId !== sessionId) text += writer.head(each);
      sessionId = each.turn.sessionId;
      text += writer.turn(each.turn);
    }
    if (text !== "") yield text;
  }
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Bytes> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

/**
 * A ZIP file. The lines come first and the audio of their turns behind them, in the same pass: the paths of the audio wait in memory, some
 * hundred bytes a turn, as the directory at the end of the file does anyway. Nothing else grows.
 */
function zipStream({ audio }: ExportDeps, pages: AsyncIterable<readonly ArchivedTurn[]>): ReadableStream<Bytes> {
  const { readable, writable } = new TransformStream<Bytes, Bytes>();
  const paths: string[] = [];
  const noted = (async function* () {
    for await (const page of pages) {
      for (const { turn } of page) paths.push(...(["user", "reply"] as const).flatMap((side: AudioSide) => turn.audioFiles[side] ?? []));
      yield page;
    }
  })();
  const write = async () => {
    const zip = new ZipWriter(writable as WritableStream, { useWebWorkers: false, keepOrder: true });
    await zip.add(LINES_NAME, ReadableStream.from(encoded(jsonLines(noted, true))), { level: 6 });
    for (const path of paths) {
      const body = await audio.read(path);
      // Opus is compressed already.
      if (body !== undefined) await zip.add(path, body, { level: 0 });
    }
    await zip.close();
  };
  write().catch((error) => writable.abort(error).catch(() => {}));
  return readable;
}
