/**
 * What was said, out of what the stock server writes into `content`.
 *
 * @module
 */

/**
 * The spoken text of a row. With speaker recognition on, what the person said is wrapped as `{"speaker": …, "content": …}`; what tools were
 * asked and answered is a list of `{"type": "tool" | "tool_result", "text": …}`, which nobody hears. Anything else is text as it is, also
 * where it happens to be JSON: people dictate all sorts of things.
 */
export function spokenText(content: string): string {
  const text = content.trim();
  if (!/^[[{]/.test(text)) return text;
  const value = parsed(text);
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isPart) ? value.map(textOfPart).filter((part) => part !== "").join("\n") : text;
  }
  const fields = Object(value) as Record<string, unknown>;
  // Only what has both is the wrapper.
  if (!Object.hasOwn(fields, "speaker") || typeof fields["content"] !== "string") return text;
  return fields["content"].trim();
}

interface Part {
  readonly type: string;
  readonly text?: unknown;
}

function isPart(value: unknown): value is Part {
  const { type } = Object(value) as { type?: unknown };
  return type === "text" || type === "tool" || type === "tool_result";
}

function textOfPart({ type, text }: Part): string {
  return type === "text" && typeof text === "string" ? text.trim() : "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Pieces of an answer as one text, with a space between two words that would run together, and none in Chinese. */
export function joined(pieces: readonly string[]): string {
  return pieces.reduce((text, piece) => {
    if (text === "" || piece === "") return text + piece;
    const needsSpace = isSpaced(text.at(-1) ?? "") && isSpaced(piece[0] ?? "");
    return text + (needsSpace ? " " : "") + piece;
  }, "");
}

/** Letters, digits and marks of scripts that put spaces between words. */
function isSpaced(char: string): boolean {
  return char.charCodeAt(0) < 0x2e80 && /\S/.test(char);
}
