import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { allKeys, type ConfigKey, variableOf } from "../../../services/config/mod.ts";
import { describeType, unwrapped } from "../../../services/config/types.ts";
import { parseVariable } from "../../../services/config/variables_layer.ts";

Deno.test("variables follow from paths", () => {
  assert.equal(variableOf(["server", "publicUrl"]), "XIAOZHI_SERVER_PUBLIC_URL");
  assert.equal(variableOf(["esp32Server", "baseUrl"]), "XIAOZHI_ESP32_SERVER_BASE_URL");
  assert.equal(variableOf(["dataDir"]), "XIAOZHI_DATA_DIR");
});

Deno.test("every key has a meaning, a default that its own schema accepts, and a variable of its own", () => {
  const keys = allKeys();
  for (const key of keys) {
    assert.ok(key.meaning.length > 10, key.name);
    assert.deepEqual(key.schema.parse(key.default), key.default, key.name);
  }
  assert.equal(new Set(keys.map((key) => key.variable)).size, keys.length);
});

Deno.test("keys that hold secrets, and only they, are marked", () => {
  assert.deepEqual(allKeys().filter((key) => key.secret).map((key) => key.name), [
    "esp32Server.apiKey",
    "esp32Server.openai.apiKey",
    "esp32Server.openai.recognize.apiKey",
    "esp32Server.openai.chat.apiKey",
    "esp32Server.openai.synthesize.apiKey",
    "tools.weather.url",
    "history.audioStore.accessKeyId",
    "history.audioStore.secretAccessKey",
    "database.password",
    "redis.url",
    "redis.password",
    "sync.http.apiKey",
    "sync.push.secret",
    "metrics.token",
    "alerts.webhooks",
    "console.password",
    "console.viewerPassword",
  ]);
});

Deno.test("a schema that cannot be described is refused rather than shown wrongly", () => {
  assert.throws(() => describeType(z.date()), TypeError);
});

/** Values that a key accepts; its default where a refinement makes others hard to invent. */
function values(key: ConfigKey): fc.Arbitrary<unknown> {
  const schema = unwrapped(key.schema);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodNumber) {
    const [min, max] = [schema.minValue ?? 0, schema.maxValue ?? 1];
    return schema.format === "safeint" ? fc.integer({ min, max }) : fc.integer({ min: min * 100, max: max * 100 }).map((n) => n / 100);
  }
  if (key.name === "conversation.exitWords") return fc.array(fc.string({ minLength: 1 }).filter((word) => word.trim() === word));
  if (key.name === "tools.weather.url") return fc.webPath().map((path) => `https://weather.example${path}/{place}`);
  if (key.name === "redis.url") return fc.domain().map((host) => `rediss://user:password@${host}:6379/1`);
  if (schema instanceof z.ZodUnion) {
    return fc.oneof(fc.boolean(), fc.record({ percent: fc.integer({ min: 0, max: 100 }) }, { noNullPrototype: true }));
  }
  if (key.name === "sync.push.secret") return fc.string({ unit: "grapheme", minLength: 16 });
  if (key.name === "alerts.webhooks") {
    const secret = fc.string({ unit: "grapheme-ascii", minLength: 16 }).filter((text) => !text.startsWith("whsec_"));
    return fc.array(fc.record({ url: fc.domain().map((host) => `https://${host}/alerts`), secret }, { noNullPrototype: true }), {
      maxLength: 3,
    });
  }
  if (key.name === "metrics.token") return fc.stringMatching(/^[!-~]{16,40}$/);
  if (key.name === "conversation.persona" || key.secret) return fc.string({ unit: "grapheme" });
  return fc.constant(key.default);
}

const keyAndValue = fc.constantFrom(...allKeys()).chain((key) => fc.tuple(fc.constant(key), values(key)));

Deno.test("every value survives being written as a variable", () => {
  fc.assert(fc.property(keyAndValue, ([key, value]) => {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    assert.deepEqual(key.schema.parse(parseVariable(text, key.schema)), value);
  }));
});

Deno.test("any text in any variable is either taken as the schema allows or refused, never half read", () => {
  fc.assert(fc.property(fc.constantFrom(...allKeys()), fc.string(), (key, text) => {
    const checked = key.schema.safeParse(parseVariable(text, key.schema));
    if (checked.success && typeof checked.data === "number") assert.equal(Number(text), checked.data);
    if (checked.success && typeof checked.data === "string") assert.ok([text, text.trim()].includes(checked.data));
  }));
});
