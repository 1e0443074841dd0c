/**
 * What a schema accepts, in words.
 *
 * @module
 */

import { z } from "zod";

/** The schema inside defaults and optionals. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

/** Words for the type: `integer from 1 to 65535`, `native | ws`, `list of strings`. */
export function describeType(schema: z.ZodType): string {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodNumber) {
    return `${inner.format === "safeint" ? "integer" : "number"} from ${inner.minValue} to ${inner.maxValue}`;
  }
  if (inner instanceof z.ZodBoolean) return "true or false";
  if (inner instanceof z.ZodEnum) return inner.options.join(" | ");
  if (inner instanceof z.ZodLiteral) return [...inner.values].join(" | ");
  if (inner instanceof z.ZodArray) {
    if (inner.element instanceof z.ZodObject) return "list of maps";
    return inner.element instanceof z.ZodEnum ? `list of ${describeType(inner.element)}` : "list of strings";
  }
  if (inner instanceof z.ZodUnion) return String(schema.meta()?.expects ?? "one of several forms");
  if (inner instanceof z.ZodRecord || inner instanceof z.ZodObject) return "map";
  if (inner instanceof z.ZodString) return inner.minLength === null ? "string" : "string, not empty";
  throw new TypeError(
    `Cannot describe a schema of type ${inner.def.type}: expected number, boolean, enum, literal, array, map, union or string`,
  );
}

/** What a value at `path` below `schema` must be; the words of the nearest schema that has some. */
export function expectationAt(schema: z.ZodType, path: readonly PropertyKey[], outer: string): string {
  const [head, ...rest] = path;
  if (head === undefined) return outer;
  const child = childOf(unwrapped(schema), head);
  if (child === undefined) return outer;
  const expects = child.meta()?.expects ?? unwrapped(child).meta()?.expects;
  return expectationAt(child, rest, typeof expects === "string" ? expects : describeType(child));
}

/** Names that the object at `path` below `schema` may have; none where it is no object. */
export function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inner = unwrapped(schema);
  const [head, ...rest] = path;
  if (head === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const child = childOf(inner, head);
  return child === undefined ? [] : namesAt(child, rest);
}

function childOf(schema: z.ZodType, name: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (schema instanceof z.ZodObject) return schema.shape[String(name)] as z.ZodType | undefined;
  return undefined;
}
