import assert from "node:assert/strict";
import fc from "fast-check";
import { alertsOf } from "../../console/data/alerts.ts";
import { argumentsOf, BadJson, fieldsOf } from "../../console/device/schema_form.ts";
import { fleetView } from "../../console/fleet/view.ts";
import { fill, preferredLanguage } from "../../console/i18n/texts.ts";
import { span } from "../../console/i18n/format.ts";
import { match } from "../../console/shell/router.ts";
import type { FleetDevice } from "../../routes/console/types.ts";
import { SAMPLE_TOOLS } from "./sample_devices.ts";

const device = (more: Partial<FleetDevice>): FleetDevice => ({
  id: "a",
  online: true,
  tools: 0,
  turns: 0,
  latencies: [],
  restarts: 0,
  ...more,
});

/** All dictionaries of the console: every exported pair of languages in a file whose name says so. */
async function dictionaries(): Promise<Map<string, { readonly en: Words; readonly zh: Words }>> {
  const found = new Map<string, { readonly en: Words; readonly zh: Words }>();
  const look = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory && name !== "dist") await look(path);
      else if (/(?:texts|common|states|nav)\.ts$/.test(name)) {
        const module: Record<string, unknown> = await import(new URL(`../../${path}`, import.meta.url).href);
        for (const [key, value] of Object.entries(module)) {
          if (typeof value === "object" && value !== null && "en" in value && "zh" in value) found.set(`${path} ${key}`, value as never);
        }
      }
    }
  };
  await look("console");
  return found;
}

type Words = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

function flat(words: Words): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : Object.entries(value).map(([inner, text]) => [`${key}.${inner}`, text] as const)
    ),
  );
}

Deno.test("every text is there in both languages, says something, and has the same places to fill in", async () => {
  const all = await dictionaries();
  assert.ok(all.size >= 5);
  for (const [name, { en, zh }] of all) {
    const [english, chinese] = [flat(en), flat(zh)];
    assert.deepEqual([...chinese.keys()].sort(), [...english.keys()].sort(), name);
    for (const [key, text] of english) {
      const other = chinese.get(key) ?? "";
      assert.ok(text.trim() !== "" && other.trim() !== "", `${name} ${key}`);
      const places = (value: string) => [...value.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
      assert.deepEqual(places(other), places(text), `${name} ${key}`);
      assert.ok(!/[\u4e00-\u9fff]/.test(text) || key === "otherLanguage", `${name} ${key}: ${text}`);
    }
  }
});

Deno.test("the language is the first that the browser prefers and the console speaks", () => {
  assert.equal(preferredLanguage(["de-DE", "zh-TW", "en"]), "zh");
  assert.equal(preferredLanguage(["EN-us"]), "en");
  assert.equal(preferredLanguage([]), "en");
});

Deno.test("fill() puts values into their places and leaves the others", () => {
  assert.equal(fill("{a} of {b}, {a}, {toString}", { a: 1, b: "{a}" }), "1 of {a}, 1, {toString}");
});

Deno.test("a span is one unit, rounded down, and never negative", () => {
  assert.deepEqual([-5, 59_999, 60_000, 3_599_999, 7_200_000, 200_000_000].map((ms) => span(ms, "en")), [
    "0 s",
    "59 s",
    "1 min",
    "59 min",
    "2 h",
    "2 d",
  ]);
});

Deno.test("match() reads the parameters of a path, whatever is in them", () => {
  assert.deepEqual(match("/devices/:id", "/devices/02%3A00"), { id: "02:00" });
  assert.equal(match("/devices/:id", "/devices"), undefined);
  assert.equal(match("/devices/:id", "/devices/%E0%A4%A"), undefined);
  fc.assert(fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (id) => {
    assert.equal(match("/devices/:id", `/devices/${encodeURIComponent(id)}`)?.id, id);
  }));
});

Deno.test("search finds every word anywhere, a filter narrows, and the order is the wanted one", () => {
  const devices = [
    device({ id: "a", name: "Kitchen", room: "Home", state: "idle", turns: 1 }),
    device({ id: "b", name: "Bedroom", room: "Home", state: "speaking", turns: 5 }),
    device({ id: "c", online: false, turns: 3, restarts: 1 }),
  ];
  const ids = (view: Partial<Parameters<typeof fleetView>[1]>) =>
    fleetView(devices, { search: "", filter: "all", sort: "name", descending: false, ...view }, 0).map(({ id }) => id).join("");
  assert.equal(ids({ search: "HOME kit" }), "a");
  assert.equal(ids({}), "bca");
  assert.equal(ids({ sort: "turns" }), "bca");
  assert.equal(ids({ sort: "turns", descending: true }), "acb");
  assert.equal(ids({ sort: "state" }), "bac");
  assert.equal(ids({ filter: "busy" }), "b");
  assert.equal(ids({ filter: "offline" }), "c");
  assert.equal(ids({ filter: "alerts" }), "c");
});

Deno.test("alerts are read off: stuck, crashed, slow, weak", () => {
  assert.deepEqual(alertsOf(device({ state: "thinking", since: 0 }), 46_000), ["stuck"]);
  assert.deepEqual(alertsOf(device({ state: "listening", since: 0 }), 1e9), []);
  assert.deepEqual(alertsOf(device({ restarts: 1, latencies: [3000, 4000, 100], rssi: -90 }), 0), ["restarted", "slow", "signal"]);
});

Deno.test("a schema becomes fields, and what was filled in arguments of its types", () => {
  const fields = fieldsOf(SAMPLE_TOOLS[3]!.inputSchema);
  assert.deepEqual(fields.map(({ name, kind, required }) => [name, kind, required]), [
    ["on", "boolean", true],
    ["brightness", "number", false],
    ["label", "text", true],
    ["colours", "json", false],
  ]);
  assert.deepEqual(argumentsOf(fields, { label: "" }), { on: true, label: "" });
  assert.deepEqual(argumentsOf(fields, { on: "false", brightness: "0.5", label: "5", colours: '["red"]' }), {
    on: false,
    brightness: 0.5,
    label: "5",
    colours: ["red"],
  });
  assert.throws(() => argumentsOf(fields, { colours: "{" }), BadJson);
});

Deno.test("any schema that a device may send becomes fields without a fault", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (properties, required) => {
    const fields = fieldsOf({ properties, required });
    assert.equal(fields.length, Object.keys(properties).length);
    try {
      argumentsOf(fields, {});
    } catch (error) {
      assert.ok(error instanceof BadJson);
    }
  }));
});
