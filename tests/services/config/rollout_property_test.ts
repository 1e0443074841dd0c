import assert from "node:assert/strict";
import fc from "fast-check";
import { configWith, isOnFor, rolloutPlace } from "../../../services/config/mod.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";

const flag = fc.constantFrom("speculation", "memory", "fillers");
const percent = fc.double({ min: 0, max: 100, noNaN: true });

Deno.test("a greater percentage never takes a device out, and the same device always gets the same answer", () => {
  fc.assert(fc.property(flag, fc.string(), percent, percent, (name, deviceId, a, b) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)];
    const before = isOnFor(name, { percent: less }, deviceId);
    assert.equal(isOnFor(name, { percent: less }, deviceId), before);
    if (before) assert.ok(isOnFor(name, { percent: more }, deviceId));
  }));
});

Deno.test("no device is in at 0 percent, and every device at 100", () => {
  fc.assert(fc.property(flag, fc.string(), (name, deviceId) => {
    assert.equal(isOnFor(name, { percent: 0 }, deviceId), false);
    assert.equal(isOnFor(name, { percent: 100 }, deviceId), true);
  }));
});

Deno.test("a quarter of the devices is in at 25 percent, and another quarter for another flag", () => {
  const ids = Array.from({ length: 4000 }, (_, index) => `aa:bb:cc:00:${(index >> 8).toString(16)}:${(index & 255).toString(16)}`);
  const inn = ids.filter((id) => isOnFor("memory", { percent: 25 }, id));
  assert.ok(Math.abs(inn.length / ids.length - 0.25) < 0.03, String(inn.length));
  const both = inn.filter((id) => isOnFor("fillers", { percent: 25 }, id));
  assert.ok(Math.abs(both.length / inn.length - 0.25) < 0.06, String(both.length));
});

Deno.test("places do not change from one version to the next", () => {
  assert.deepEqual(["aa:bb", "cc:dd"].map((id) => rolloutPlace("memory", id).toFixed(3)), PLACES);
});

/** Of devices that are rolled out to in the field. */
const PLACES = ["23.032", "30.866"];

Deno.test("the settings of a device have the flags that are rolled out to it", () => {
  const config = configWith({ features: { speculation: { percent: 50 }, fillers: false, memory: { percent: 0 } } });
  for (const id of ["a", "b", "c", "d", "e", "f", "g"]) {
    const settings = deviceSettings(config, id);
    assert.equal(settings.features.speculation, rolloutPlace("speculation", id) < 50);
    assert.deepEqual([settings.fillerAfterMs, settings.services.memory], [0, false]);
  }
});
