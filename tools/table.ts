/**
 * Tables for a terminal: columns that fit the width, long text wrapped, wide characters counted as two.
 *
 * @module
 */

/** A column. */
export interface Column {
  readonly title: string;
  /** Takes a share of the width that is left and wraps; others are as wide as their widest cell. */
  readonly flexible?: boolean;
  readonly align?: "right";
}

/** Columns apart. */
const GAP = "  ";
/** Narrower than this, wrapped text is a ladder of letters, so the table rather runs over the edge. */
const MIN_FLEXIBLE = 16;

/** Lays rows out in `width` terminal columns. Control characters in cells become spaces: they may come from a device. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => columns.map((_, index) => plain(row[index] ?? "")));
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? "")))
  );
  const fixed = columns.reduce((sum, column, index) => sum + (column.flexible ? 0 : natural[index] ?? 0), 0);
  let left = width - fixed - GAP.length * (columns.length - 1);
  let sharers = columns.filter((column) => column.flexible).length;
  const widths = columns.map((column, index) => {
    if (!column.flexible) return natural[index] ?? 0;
    const share = Math.min(natural[index] ?? 0, Math.max(MIN_FLEXIBLE, Math.floor(left / sharers)));
    left -= share;
    sharers--;
    return share;
  });
  const lines = [columns.map((column) => column.title), widths.map((w) => "─".repeat(w)), ...cells].flatMap((row) => {
    const wrapped = row.map((cell, index) => wrap(cell, widths[index] ?? 0));
    const height = Math.max(...wrapped.map((parts) => parts.length));
    return Array.from(
      { length: height },
      (_, line) =>
        wrapped.map((parts, index) => pad(parts[line] ?? "", widths[index] ?? 0, columns[index]?.align === "right")).join(GAP).trimEnd(),
    );
  });
  return lines.join("\n") + "\n";
}

/** How many terminal columns a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** Text without control characters, on one line. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

function charWidth(char: string): number {
  if (/\p{Mn}|\p{Cf}/u.test(char)) return 0;
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Extended_Pictographic}|[\u3000-\u303f\uff01-\uff60]/u
      .test(char)
    ? 2
    : 1;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  // Latin words stay whole; a wide character may end a line anywhere.
  for (const word of text.match(/\s+|[!-~]+|./gsu) ?? []) {
    const size = displayWidth(word);
    if (used + size <= width) {
      line += word;
      used += size;
      continue;
    }
    if (line.trimEnd() !== "") lines.push(line.trimEnd());
    line = "";
    used = 0;
    for (const char of word.trimStart()) {
      if (used + charWidth(char) > width) {
        lines.push(line);
        line = "";
        used = 0;
      }
      line += char;
      used += charWidth(char);
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? space + text : text + space;
}
