/**
 * Requests that are wrong in one way each, made from the API's document, so that no operation can be forgotten.
 *
 * @module
 */

import { addressOf, type Document, type Located, operationsOf, type Parameter, type Schema } from "./document.ts";

/** A request that must be refused, and how. */
export interface BadRequest {
  readonly name: string;
  readonly address: string;
  readonly init: RequestInit;
  readonly status: number;
  readonly code: string;
}

const INJECTIONS = [
  "' OR '1'='1",
  "x'; DROP TABLE turns; --",
  '" UNION SELECT password FROM users',
  "../../../../etc/passwd",
  "..\\..\\windows",
  "%2e%2e%2f",
  "\u0000",
  "a\nb",
  "<script>alert(1)</script>",
  "${jndi:ldap://x}",
  "字".repeat(50),
  "a".repeat(5000),
  " ",
];

const BAD_INTEGERS = ["0", "-1", "1001", "99999999999999999999", "1e3", "0x10", "1.5", "NaN", "", " 5", "5;", "٣", "1000000"];
const BAD_INSTANTS = [
  "yesterday",
  "",
  "-1",
  "2026-13-45T00:00:00Z",
  "2026-01-01",
  "2026-01-01T00:00:00",
  "9".repeat(30),
  "9007199254740991",
  "NaN",
];
/** Operations that take an empty object: a rollback without a number is of the latest change. */
const EMPTY_IS_GOOD: ReadonlySet<string> = new Set(["post /api/config/rollback"]);
/** What operations say, other than `invalid_body`, of a field that there is not: names of flags are keys of the configuration. */
const UNKNOWN_FIELD: Readonly<Record<string, string>> = { "patch /api/flags": "config_invalid" };
const JSON_TYPE = { "content-type": "application/json" };

/** Bodies that are good, by operation; what is wrong with a request is then something else. */
function goodBody({ operation }: Located): RequestInit {
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type === undefined || content === undefined) return {};
  const body = typeof content.example === "string" ? content.example : JSON.stringify(content.example);
  return { headers: { "content-type": type }, body };
}

/** All of them. */
export function badRequests(document: Document): BadRequest[] {
  return operationsOf(document).flatMap((located) => [...ofAddress(located), ...ofCaller(located), ...ofBody(document, located)]);
}

function ofAddress(located: Located): BadRequest[] {
  const { name, method, operation, path } = located;
  const good = { method: method.toUpperCase(), ...goodBody(located) };
  const bad = (what: string, address: string, code: string, status = 400): BadRequest => ({
    name: `${name}: ${what}`,
    address,
    init: good,
    status,
    code,
  });
  const parameters = operation.parameters ?? [];
  const queries = parameters.filter((each) => each.in === "query");
  return [
    bad("unknown query", addressOf(located, { unknown: "1" }), "invalid_query"),
    bad("query of a prototype", addressOf(located, { __proto__x: "1", constructor: "1" }), "invalid_query"),
    ...queries.flatMap((each) =>
      badValues(each).map((value) => bad(`${each.name}=${value}`, addressOf(located, { [each.name]: value }), codeOf(each, value)))
    ),
    ...queries.filter((each) => each.example !== undefined).map((each) => {
      const twice = new URLSearchParams([[each.name, String(each.example)], [each.name, String(each.example)]]);
      const rest = addressOf(located).includes("?") ? addressOf(located).split("?")[1] : "";
      return bad(`${each.name} twice`, `${addressOf(located).split("?")[0]}?${twice}&${rest}`, "invalid_query");
    }),
    ...parameters.filter((each) => each.in === "path").flatMap(({ name: parameter }) =>
      INJECTIONS.map((value) => {
        const filled = path.replace(`{${parameter}}`, encodeURIComponent(value));
        return bad(`${parameter}=${value}`, addressOf({ ...located, path: filled }), "invalid_path");
      })
    ),
  ];
}

function ofCaller(located: Located): BadRequest[] {
  const { name, method, path } = located;
  const good = goodBody(located);
  const asked = (what: string, headers: Record<string, string>, status: number, code: string): BadRequest => ({
    name: `${name}: ${what}`,
    address: addressOf(located),
    init: { method: method.toUpperCase(), ...good, headers: { ...good.headers as Record<string, string>, ...headers } },
    status,
    code,
  });
  const crossSite = method === "get" ? [] : [
    asked("Origin of another site", { origin: "https://evil.example" }, 403, "cross_site"),
    asked("Origin null", { origin: "null" }, 403, "cross_site"),
    asked("Origin of another port", { origin: "http://127.0.0.1:1" }, 403, "cross_site"),
    asked("Sec-Fetch-Site cross-site", { "sec-fetch-site": "cross-site" }, 403, "cross_site"),
    asked("Sec-Fetch-Site same-site", { "sec-fetch-site": "same-site", origin: "http://127.0.0.1" }, 403, "cross_site"),
  ];
  return [
    asked("a stranger", { "x-forwarded-for": "192.168.1.9" }, 401, "owner_anonymous"),
    ...crossSite,
    ...(method === "delete"
      ? [{ ...asked("a body", {}, 400, "unexpected_body"), init: { method: "DELETE", body: "{}", headers: JSON_TYPE } }]
      : []),
    {
      name: `${name}: another method`,
      address: addressOf({ ...located, path }),
      init: { method: "OPTIONS" },
      status: 405,
      code: "method_not_allowed",
    },
  ];
}

function ofBody(document: Document, located: Located): BadRequest[] {
  const { name, method, operation } = located;
  const content = operation.requestBody?.content;
  if (content === undefined) return [];
  const send = (what: string, type: string, body: string, status: number, code: string): BadRequest => ({
    name: `${name}: ${what}`,
    address: addressOf(located),
    init: { method: method.toUpperCase(), headers: { "content-type": type }, body },
    status,
    code,
  });
  const json = content["application/json"];
  const notTaken = json === undefined ? "not_importable" : "not_json";
  const types = [
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "x",
  ];
  const wrongType = types.map((type) => send(`type ${type}`, type, JSON.stringify(json?.example ?? {}), 415, notTaken));
  if (json === undefined) return [...wrongType, send("type application/json", "application/json", "{}", 415, notTaken)];
  const schema = json.schema.$ref === undefined ? json.schema : document.components.schemas[json.schema.$ref.split("/").at(-1) ?? ""];
  const example = json.example as Record<string, unknown>;
  const invalid = (what: string, body: unknown, code = "invalid_body") => send(what, "application/json", JSON.stringify(body), 422, code);
  return [
    ...wrongType,
    send("no JSON", "application/json", "{", 400, "malformed_json"),
    send("nothing", "application/json", "", 400, "malformed_json"),
    send("too much", "application/json", JSON.stringify({ ...example, more: "a".repeat(100_000) }), 413, "body_too_large"),
    ...[[], null, "text", 5, [example]].map((body) => invalid(`a body of ${JSON.stringify(body)}`, body)),
    ...(EMPTY_IS_GOOD.has(name) ? [] : [invalid("a body of {}", {})]),
    invalid("an unknown field", { ...example, unknown: 1 }, UNKNOWN_FIELD[name]),
    invalid("an id in the body", { ...example, deviceId: "aa", sessionId: "b", turnId: "c" }, UNKNOWN_FIELD[name]),
    ...Object.entries(schema?.properties ?? {}).flatMap(([field, { additionalProperties }]) =>
      // A bell within an announcement is no harm; a text of nothing else is. An object of whatever values takes whatever object.
      [
        ["a"],
        ...(typeof additionalProperties === "object" && additionalProperties.type === undefined ? [] : [{ a: { b: 1 } }]),
        1.5,
        -1,
        1e300,
        "\u0000",
        "\u0007",
        "x".repeat(600),
      ].map((value) => invalid(`${field} of ${JSON.stringify(value).slice(0, 20)}`, { ...example, [field]: value }))
    ),
  ];
}

function badValues({ name, schema }: Parameter): string[] {
  if (schema.type === "integer") return BAD_INTEGERS.filter((text) => !isWithin(schema, text));
  if (schema.enum !== undefined) return ["", "other", "' OR 1=1"];
  if (name === "from" || name === "until") return [...BAD_INSTANTS, ...INJECTIONS];
  if (name === "cursor") return ["", "x", "at-1", "bm90IGEgY3Vyc29y", ...INJECTIONS];
  // Searching for what looks like an attack is no attack, and neither is writing of one.
  if (name === "text" || name === "why") return ["", "  ", "a".repeat((schema.maxLength ?? Infinity) + 1), "\u0000", "a\nb"];
  return INJECTIONS;
}

/** Whether a number that is bad for most is good here: there is none too large where the schema names no maximum. */
function isWithin({ minimum = 1, maximum = Number.MAX_SAFE_INTEGER }: Schema, text: string): boolean {
  return /^-?\d+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum;
}

function codeOf({ name }: Parameter, value: string): string {
  return name === "cursor" && value !== "" && value.length <= 512 ? "bad_cursor" : "invalid_query";
}
