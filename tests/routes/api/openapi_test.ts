import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/2020";
import { startWithConsole } from "./api_fixture.ts";
import { fetchDocument, METHODS, operationsOf } from "./document.ts";

Deno.test("the document is valid OpenAPI 3.1", async () => {
  await using api = await startWithConsole();
  const { valid, errors } = await new Validator().validate(structuredClone(await fetchDocument(api)) as unknown as Record<string, unknown>);
  assert.ok(valid, JSON.stringify(errors, undefined, 1));
});

Deno.test("every route below /api is in the document, and nothing else is", async () => {
  await using api = await startWithConsole();
  const document = await fetchDocument(api);
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => `${method} ${path}`)
  );
  const served = api.app.app.routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/api"))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
  assert.deepEqual([...new Set(served)].sort(), described.sort());
  assert.ok(described.length >= 21, String(described.length));
});

Deno.test("every operation says what it does, what goes wrong, who may ask, and gives an example", async () => {
  await using api = await startWithConsole();
  const document = await fetchDocument(api);
  const ids = new Set<string>();
  for (const { name, operation } of operationsOf(document)) {
    assert.ok((operation.summary ?? "").length > 5, name);
    assert.ok(operation.operationId !== undefined && !ids.has(operation.operationId), name);
    ids.add(operation.operationId);
    assert.deepEqual(operation.security, [{ ownerPassword: [] }], name);
    for (const status of ["400", "401", "403", "429", "500"]) {
      assert.ok(operation.responses[status]?.content?.["application/problem+json"]?.example, `${name} ${status}`);
    }
    if (operation.requestBody !== undefined) {
      for (const status of ["413", "415", "422"]) assert.ok(operation.responses[status], `${name} ${status}`);
    }
    const examples = [
      ...(operation.parameters ?? []).map((parameter) => parameter.example),
      ...Object.values(operation.requestBody?.content ?? {}).map((content) => content.example),
      ...Object.entries(operation.responses).filter(([status]) => status < "300").flatMap(([, { content = {} }]) =>
        Object.values(content).map((each) => each.example)
      ),
    ];
    assert.ok(examples.some((example) => example !== undefined), name);
  }
  assert.ok(document.components.securitySchemes.ownerPassword);
});

Deno.test("every example is as its schema says", async () => {
  await using api = await startWithConsole();
  const document = await fetchDocument(api);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, "document");
  let checked = 0;
  const check = (name: string, schema: unknown, example: unknown) => {
    if (example === undefined) return;
    checked++;
    const pointed = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
    assert.ok(ajv.validate(pointed, example), `${name}: ${ajv.errorsText()}`);
  };
  for (const { name, operation } of operationsOf(document)) {
    for (const parameter of operation.parameters ?? []) check(`${name} ${parameter.name}`, parameter.schema, parameter.example);
    for (const { schema, example } of Object.values(operation.requestBody?.content ?? {})) check(name, schema, example);
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const { schema, example } of Object.values(content)) check(`${name} ${status}`, schema, example);
    }
  }
  assert.ok(checked > 100);
});
