import assert from "node:assert/strict";
import { RecorderHub } from "../../../services/recorder/hub.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

function build(change: { maxDevices?: number; keepMs?: number } = {}): { clock: VirtualClock; hub: RecorderHub } {
  const clock = new VirtualClock();
  return { clock, hub: new RecorderHub({ clock, appVersion: "1", ...change }) };
}

Deno.test("a device that comes back goes on in the same recording", async () => {
  const { clock, hub } = build({ keepMs: 1_000 });
  hub.for("a").note("here");
  const recorder = hub.get("a");
  hub.left("a");
  await clock.advance(900);
  assert.equal(hub.get("a"), recorder);
  assert.deepEqual(hub.list(), [{ deviceId: "a", present: false }]);
  hub.for("a").note("back");
  assert.equal(hub.get("a"), recorder);
  const lines = [...recorder!.lines()].slice(1).map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ conn, type }) => [conn, type]), [[1, "here"], [2, "back"]]);
  await clock.advance(5_000);
  assert.equal(hub.get("a"), recorder);
});

Deno.test("a device that left is forgotten after the time to keep", async () => {
  const { clock, hub } = build({ keepMs: 1_000 });
  hub.for("a");
  hub.left("a");
  await clock.advance(1_001);
  assert.equal(hub.get("a"), undefined);
  assert.deepEqual(hub.list(), []);
});

Deno.test("a replaced connection that leaves late does not make the device absent", async () => {
  const { clock, hub } = build({ keepMs: 1_000 });
  hub.for("a");
  hub.for("a");
  hub.left("a");
  await clock.advance(2_000);
  assert.deepEqual(hub.list(), [{ deviceId: "a", present: true }]);
});

Deno.test("over the bound, those that left longest ago go first, and any number of new ids stays bounded", () => {
  const { hub } = build({ maxDevices: 3 });
  for (const id of ["a", "b", "c"]) hub.for(id);
  hub.left("b");
  hub.left("a");
  hub.for("d");
  assert.deepEqual(hub.list().map((each) => each.deviceId).sort(), ["a", "c", "d"]);
  for (let n = 0; n < 100; n++) {
    hub.for(`new-${n}`).note("here");
    assert.equal(hub.get(`new-${n}`)?.next, 1);
  }
  assert.equal(hub.list().length, 3);
  hub.left("nobody");
});

Deno.test("however many devices are here, those that left are forgotten in the order in which they left", async () => {
  const { clock, hub } = build({ keepMs: 1_000 });
  for (let n = 0; n < 100; n++) hub.for(`here-${n}`);
  for (const id of ["a", "b"]) {
    hub.for(id);
    hub.left(id);
    await clock.advance(600);
  }
  assert.deepEqual([hub.get("a"), hub.get("b") === undefined], [undefined, false]);
  assert.equal(hub.list().filter(({ present }) => present).length, 100);
});
