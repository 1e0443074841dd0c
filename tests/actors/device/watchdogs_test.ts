import assert from "node:assert/strict";
import { deviceMachine } from "../../../actors/device/machine.ts";
import { deviceSettings } from "../../../actors/device/settings.ts";
import { watchdogs } from "../../../actors/device/watchdogs.ts";
import { loadConfig } from "../../../services/config/mod.ts";

const { config } = await loadConfig({ env: {}, readText: () => undefined });
const limits = watchdogs(deviceSettings(config, ""));

/** Names of states as a device's status tells them: those of the leaves, or of the place that they are in. */
function* places(node: typeof deviceMachine.root): Generator<string> {
  const below = Object.values(node.states) as (typeof deviceMachine.root)[];
  if (below.length === 0 || ["recognizing", "speaking"].includes(node.key)) yield node.key;
  else for (const child of below) yield* places(child);
}

Deno.test("every state that a status can name has a watchdog, and no other has", () => {
  assert.deepEqual(new Set(Object.keys(limits)), new Set(places(deviceMachine.root)));
});

Deno.test("watchdogs are those of the configuration", () => {
  assert.equal(limits.connecting, config.devices.helloTimeoutMs);
  assert.equal(limits.listening, config.devices.idleTimeoutMs);
  assert.ok(limits.vad! > config.audio.vad.maxUtteranceMs);
  assert.ok(limits.thinking! > config.conversation.turnWatchdogMs);
});
