/**
 * What a file is that somebody wants to bring in, by how it begins.
 *
 * @module
 */

/** `lines` also for what is nothing known: the server says what is wrong with each line. */
export type FileKind = "zip" | "lines" | "recording" | "markdown";

/** Bytes that are looked at: the first line of a recording is some hundred. */
const HEAD_BYTES = 65_536;
/** How a ZIP file begins. */
const ZIP = "PK\u0003\u0004";

/** Looks at the beginning of a file. */
export async function kindOf(file: Blob): Promise<FileKind> {
  const head = await file.slice(0, HEAD_BYTES).text();
  if (head.startsWith(ZIP)) return "zip";
  const first = head.replace(/^\uFEFF?\s+/, "").split("\n", 1)[0] ?? "";
  if (/^#{1,3} /.test(first)) return "markdown";
  try {
    const { kind, schema } = JSON.parse(first) as { readonly kind?: unknown; readonly schema?: unknown };
    return kind === "header" && typeof schema === "number" ? "recording" : "lines";
  } catch {
    return "lines";
  }
}
