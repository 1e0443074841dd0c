/**
 * From the JSON schema of a tool to the fields of a form, and from what was filled in to its arguments.
 *
 * @module
 */

/** A field. What no other kind fits is `json`: text that is JSON. */
export interface SchemaField {
  readonly name: string;
  readonly kind: "text" | "number" | "integer" | "boolean" | "choice" | "json";
  readonly description: string;
  readonly required: boolean;
  readonly choices: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** What the field holds at first, as text; of a `boolean`, `true` or `false`. */
  readonly initial: string;
}

/** Some text that was typed as JSON and is none. */
export class BadJson extends Error {
  override readonly name = "BadJson";
  readonly field: string;

  constructor(field: string) {
    super(`The field ${field} holds no JSON`);
    this.field = field;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** The fields for the arguments of a tool; a device's schema may be odd, and what is odd becomes JSON. */
export function fieldsOf(schema: Json): SchemaField[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, value]) => {
    const property = isObject(value) ? value : {};
    const { type, description, minimum, maximum } = property;
    const choices = Array.isArray(property.enum) ? property.enum.map((each) => typeof each === "string" ? each : JSON.stringify(each)) : [];
    const kind = kindOf(type, choices);
    return {
      name,
      kind,
      description: typeof description === "string" ? description : "",
      required: required.includes(name),
      choices,
      ...(typeof minimum === "number" ? { least: minimum } : {}),
      ...(typeof maximum === "number" ? { most: maximum } : {}),
      initial: initialOf(kind, property.default, choices),
    };
  });
}

/**
 * The arguments that were filled in; an empty field that is not required is left out.
 *
 * @throws {BadJson}
 */
export function argumentsOf(fields: readonly SchemaField[], filled: Readonly<Record<string, string>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    const text = filled[field.name] ?? field.initial;
    if (field.kind === "boolean") found[field.name] = text === "true";
    else if (text !== "" || field.required && field.kind === "text") found[field.name] = valueOf(field, text);
  }
  return found;
}

function kindOf(type: unknown, choices: readonly string[]): SchemaField["kind"] {
  if (choices.length > 0) return "choice";
  if (type === "string") return "text";
  return type === "integer" || type === "number" || type === "boolean" ? type : "json";
}

function initialOf(kind: SchemaField["kind"], given: unknown, choices: readonly string[]): string {
  if (given !== undefined) return typeof given === "string" ? given : JSON.stringify(given);
  return kind === "boolean" ? "false" : kind === "choice" ? choices[0] ?? "" : "";
}

function valueOf({ name, kind, choices }: SchemaField, text: string): unknown {
  if (kind === "text") return text;
  if (kind === "choice" && choices.includes(text) && !/^[\d[{"]|^(true|false|null)$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    if (kind === "choice") return text;
    throw new BadJson(name);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
