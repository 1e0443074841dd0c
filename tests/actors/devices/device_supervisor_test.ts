/**
 * One actor a device, whatever devices do; and what is known of their crashes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DeviceSupervisor } from "../../../actors/devices/device_supervisor.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { RestartLog } from "../../../actors/supervision/restart_log.ts";
import { configWith } from "../../../services/config/mod.ts";
import { conversation } from "../../support/conversation.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { fakeDecoder, fakeEncoder, fakeVad } from "../../support/fake_audio.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

Deno.test("a thousand reconnects of one device within a minute leave exactly one actor, the newest", async () => {
  await using talk = conversation();
  let newest = talk.connect();
  const all = [newest];
  for (let n = 1; n < 1000; n++) {
    await newest.hello();
    if (n % 3 === 0) newest.listen();
    if (n % 5 === 0) newest.send({ type: "listen", state: "text", text: "hello" });
    // Some leave before they come again, most do not tell.
    if (n % 7 === 0) newest.vanish();
    newest = talk.connect();
    all.push(newest);
    await talk.clock.advance(60);
  }
  await newest.hello();
  await talk.clock.advance(1000);
  assert.equal(talk.supervisor.size, 1);
  assert.deepEqual(talk.supervisor.tree().counts, { up: 1 });
  assert.deepEqual(talk.supervisor.which().map(({ state }) => state), [newest.state]);
  assert.deepEqual(all.slice(0, -1).filter(({ closed }) => closed === undefined), []);
  assert.equal(newest.closed, undefined);
  assert.ok(all.filter(({ closed }) => closed?.code === 4409).length > 800);
});

Deno.test("crashes of devices are counted by reason under one name, however many devices there are, and restart nothing", async () => {
  const clock = new VirtualClock();
  using captured = captureLogger();
  const log = new RestartLog();
  const supervisor = new DeviceSupervisor({
    clock,
    logger: captured.logger,
    newTurnId: () => "turn",
    newSessionId: () => "session",
    loadDecoders: () => Promise.resolve(fakeDecoder),
    vad: fakeVad(),
    encoder: fakeEncoder(),
    server: fakeServer(clock),
    settingsFor: () =>
      Object.defineProperty({ ...deviceSettings(configWith({}), "device") }, "helloTimeoutMs", {
        get: () => {
          throw new RangeError("The setting is broken");
        },
      }),
  }, log);
  for (let n = 0; n < 150; n++) {
    const link = { connectionId: `c${n}`, sendText: () => {}, sendBinary: () => {}, bufferedAmount: () => 0, close: () => {} };
    supervisor.accept(link, { deviceId: `device-${n}`, clientId: "c", protocolVersion: 1, remoteAddress: "" });
  }
  assert.deepEqual(log.totals(), [{ path: "devices/device", reason: "RangeError", count: 150, restarts: 0 }]);
  assert.equal(log.recent().length, 100);
  const [first] = log.recent();
  assert.deepEqual([first?.then, first?.message, first?.at], ["left", "The setting is broken", clock.wall()]);
  assert.match(first?.stack ?? "", /RangeError/);
  assert.equal(supervisor.size, 0);
  assert.equal(await supervisor.stop(0), 0);
});
