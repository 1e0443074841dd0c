import assert from "node:assert/strict";
import { deviceSettings } from "../../../actors/device/settings.ts";
import type { TurnStages } from "../../../services/esp32_server/swappable.ts";
import { type Config, configWith } from "../../../services/config/mod.ts";
import { conversation } from "../../support/conversation.ts";
import { fakeServer } from "../../support/fake_server.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

Deno.test("a change during a turn is felt by the next one, of persona, voice and server alike, and the device stays connected", async () => {
  const clock = new VirtualClock();
  let config: Config = configWith({ conversation: { persona: "Old." }, features: { speculation: false } });
  let revision = 0;
  const [first, second] = [fakeServer(clock, { saysAfterMs: 400 }), fakeServer(clock)];
  let current = first;
  const pins = new Set<object>();
  const pinServer = () => {
    const { detectSpeech, recognize, chat, synthesize } = current;
    const pin = { detectSpeech, recognize, chat, synthesize, [Symbol.dispose]: () => void pins.delete(pin) };
    pins.add(pin);
    return pin satisfies TurnStages;
  };
  await using talk = conversation({
    clock,
    deps: { settingsFor: (id) => deviceSettings(config, id), settingsRevision: () => revision, pinServer },
  });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await clock.advance(100);
  assert.equal(device.state, "thinking");
  config = configWith({
    conversation: { persona: "New." },
    esp32Server: { synthesize: { voice: "nova" } },
    features: { speculation: false },
  });
  revision++;
  current = second;
  await clock.advance(6000);
  assert.deepEqual(first.asked.chats.map(({ messages }) => messages[0]?.content), ["Old."]);
  assert.deepEqual(first.asked.spoken.map(({ voice }) => voice), first.asked.spoken.map(() => undefined));
  assert.ok(first.asked.spoken.length > 0);
  assert.equal(pins.size, 0, "a turn that is over holds on to nothing");
  device.listen();
  await device.say();
  await clock.advance(6000);
  assert.equal(first.asked.chats.length, 1);
  assert.deepEqual(second.asked.chats.map(({ messages }) => messages[0]?.content), ["New."]);
  assert.ok(second.asked.spoken.length > 0 && second.asked.spoken.every(({ voice }) => voice === "nova"));
  assert.equal(device.closed, undefined);
});

Deno.test("what was agreed on when the device connected holds until it leaves", async () => {
  let config: Config = configWith({ audio: { sampleRate: 24000 } });
  let revision = 0;
  await using talk = conversation({ deps: { settingsFor: (id) => deviceSettings(config, id), settingsRevision: () => revision } });
  const device = talk.connect();
  await device.hello();
  config = configWith({ audio: { sampleRate: 16000 }, devices: { maxTextBytes: 1024 } });
  revision++;
  device.listen();
  await device.say();
  await talk.clock.advance(6000);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["completed"]);
});

Deno.test("a server that is short of power begins nothing early and says no filler, but answers", async () => {
  const asked: string[] = [];
  const spare = (extra: string) => {
    asked.push(extra);
    return false;
  };
  await using talk = conversation({ deps: { spare } });
  const device = talk.connect();
  await device.hello();
  device.listen();
  await device.say();
  await talk.clock.advance(6000);
  assert.ok(asked.includes("speculation"));
  assert.equal(talk.server.asked.utterances.length, 1);
  assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), ["completed"]);
});
