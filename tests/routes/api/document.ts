/**
 * The API's document, as tests read it.
 *
 * @module
 */

import type { ApiFixture } from "./api_fixture.ts";

/** Operations whose answer has no end. */
export const ENDLESS: ReadonlySet<string> = new Set(["get /api/console/feed"]);

/** A JSON schema, as far as tests look into it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly $ref?: string;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Content of a body. */
export interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}

/** A parameter. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** An operation. */
export interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly security?: unknown;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

/** The document. */
export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

/** Methods that operations have. */
export const METHODS = ["get", "post", "put", "patch", "delete"] as const;
/** One of {@link METHODS}. */
export type Method = typeof METHODS[number];

/** An operation and where it is. */
export interface Located {
  /** Such as `get /api/devices`. */
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

/** Asks the server for its document. */
export async function fetchDocument(api: Pick<ApiFixture, "ask">): Promise<Document> {
  return await (await api.ask("/api/openapi.json")).json();
}

/** All operations. */
export function operationsOf(document: Document): Located[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ name: `${method} ${path}`, method, path, operation }];
    })
  );
}

/** The address of an operation, its parameters filled with their examples, the query with `query`. */
export function addressOf({ path, operation }: Located, query: Readonly<Record<string, string>> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters?.find((each) => each.in === "path" && each.name === name);
    return encodeURIComponent(String(parameter?.example));
  });
  const required = (operation.parameters ?? []).filter((each) => each.in === "query" && each.required === true)
    .map((each) => [each.name, String(each.example)] as const);
  const search = new URLSearchParams({ ...Object.fromEntries(required), ...query }).toString();
  return search === "" ? filled : `${filled}?${search}`;
}
