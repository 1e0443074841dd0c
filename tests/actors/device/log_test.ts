import assert from "node:assert/strict";
import { conversation } from "../../support/conversation.ts";

Deno.test("the log has a line when a device connects, for each turn, and when it leaves, without what was said", async () => {
  await using scene = conversation();
  const device = scene.connect();
  await device.hello();
  device.listen();
  await device.say();
  await scene.clock.advance(10_000);
  device.vanish();
  await scene.clock.advance(0);
  const lines = scene.log.messages("info");
  assert.deepEqual(lines, [
    "Device aa:bb:cc:dd:ee:ff connected",
    "Device aa:bb:cc:dd:ee:ff: turn completed",
    "Device aa:bb:cc:dd:ee:ff disconnected, ended by device",
  ]);
  const [turn] = scene.history.turns;
  assert.ok(turn !== undefined && turn.userText !== "" && turn.replyText !== "");
  const logged = JSON.stringify(scene.log.records);
  assert.ok(!logged.includes(turn.userText) && !logged.includes(turn.replyText));
});

Deno.test("a turn that fails is a warning with its reason", async () => {
  await using scene = conversation({ script: { hears: [new Error("no route to the recogniser")] } });
  const device = scene.connect();
  await device.hello();
  device.listen();
  await device.say();
  await scene.clock.advance(10_000);
  assert.match(scene.log.messages("warning").join("\n"), /turn failed: .*no route to the recogniser/);
});
