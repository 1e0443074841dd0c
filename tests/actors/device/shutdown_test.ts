/**
 * The end of the process in the middle of everything: turns are kept, devices are told, and the deadline holds.
 *
 * @module
 */

import assert from "node:assert/strict";
import { conversation, type ConversationOptions, type ScriptedDevice } from "../../support/conversation.ts";

const DEADLINE_MS = 4000;

const LONG: ConversationOptions = { script: { speaksForMs: () => 20_000 } };

/** A device that has spoken and waited. */
async function spoken(device: ScriptedDevice, advance: (ms: number) => Promise<void>, ms: number): Promise<void> {
  await device.hello();
  device.listen("auto");
  await device.say();
  await advance(ms);
}

interface Case {
  readonly options?: ConversationOptions;
  readonly way: (device: ScriptedDevice, advance: (ms: number) => Promise<void>) => Promise<void>;
  readonly turns: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  connecting: { way: () => Promise.resolve(), turns: [] },
  preparing: {
    options: { deps: { loadDecoders: () => new Promise(() => {}) } },
    way: (device) => device.hello(),
    turns: [],
  },
  idle: { way: (device) => device.hello(), turns: [] },
  listening: {
    way: async (device) => {
      await device.hello();
      device.listen();
    },
    turns: [],
  },
  vad: {
    way: async (device) => {
      await device.hello();
      device.listen();
      await device.record("speech", 600);
    },
    turns: [],
  },
  recognizing: { options: { script: { hearsAfterMs: 9000 } }, way: (device, advance) => spoken(device, advance, 500), turns: [] },
  thinking: { options: { script: { saysAfterMs: 9000 } }, way: (device, advance) => spoken(device, advance, 500), turns: ["interrupted"] },
  speaking: { options: LONG, way: (device, advance) => spoken(device, advance, 1500), turns: ["interrupted"] },
  persisting: {
    options: LONG,
    way: async (device, advance) => {
      await spoken(device, advance, 1500);
      device.send({ type: "abort" });
    },
    turns: ["interrupted"],
  },
};

for (const [state, { options, way, turns }] of Object.entries(CASES)) {
  for (const reason of ["shutdown", "replaced"] as const) {
    Deno.test(`${reason} in ${state} keeps the turn and closes the connection at once`, async () => {
      await using talk = conversation(options);
      // A commit takes a moment, so that `persisting` can be met.
      talk.history.onCommit = () => new Promise((resolve) => void talk.clock.setTimeout(resolve, 50));
      const device = talk.connect();
      await way(device, (ms) => talk.clock.advance(ms));
      assert.equal(device.state, state);
      if (reason === "shutdown") {
        const stopping = talk.supervisor.stop(DEADLINE_MS);
        await talk.clock.advance(100);
        assert.equal(await stopping, 0);
        assert.equal(talk.clock.armed, 0);
      } else {
        talk.connect();
        await talk.clock.advance(100);
      }
      assert.equal(device.closed?.code, reason === "shutdown" ? 1001 : 4409);
      assert.deepEqual(talk.history.turns.map(({ outcome }) => outcome), turns);
      assert.ok(talk.history.ended.every((end) => end.reason === reason));
    });
  }
}

Deno.test("a commit that hangs does not hold up the end of the process", async () => {
  await using talk = conversation(LONG);
  talk.history.onCommit = () => new Promise(() => {});
  const device = talk.connect();
  await spoken(device, (ms) => talk.clock.advance(ms), 1500);
  const stopping = talk.supervisor.stop(DEADLINE_MS);
  await talk.clock.advance(DEADLINE_MS);
  assert.equal(await stopping, 1);
  assert.equal(talk.supervisor.size, 0);
  assert.equal(talk.clock.armed, 0);
});

Deno.test("a device whose socket opens while the server stops is closed at once", async () => {
  const talk = conversation();
  const stopping = talk.supervisor.stop(1000);
  const device = talk.connect();
  assert.deepEqual(device.closed, { code: 1001, reason: "Server stops" });
  await talk.clock.advance(1000);
  assert.equal(await stopping, 0);
  await talk[Symbol.asyncDispose]();
});
