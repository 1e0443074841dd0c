/**
 * Devices come and go all day: nothing of them may stay.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type Conversation, conversation } from "../../support/conversation.ts";
import { settle } from "../../support/virtual_clock.ts";

const CYCLES = 500;

/** Present with `--v8-flags=--expose-gc`. */
const { gc } = globalThis as { readonly gc?: () => void };

/** A device connects, talks and vanishes at a different moment each time. */
async function visit(talk: Conversation, cycle: number): Promise<WeakRef<object>> {
  const device = talk.connect(`device-${cycle % 7}`);
  await device.hello({ mcp: cycle % 2 === 0 });
  device.listen(cycle % 3 === 0 ? "realtime" : "auto");
  await device.say(300);
  await talk.clock.advance((cycle * 37) % 1500);
  device.vanish();
  await talk.clock.advance(10);
  return new WeakRef(device);
}

Deno.test("five hundred devices that connect, talk and vanish leave no session and no timer", async () => {
  await using talk = conversation();
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    await visit(talk, cycle);
    assert.equal(talk.supervisor.size, 0);
    assert.equal(talk.clock.armed, 0);
  }
  assert.deepEqual(talk.supervisor.which(), []);
  assert.equal(talk.history.ended.length, CYCLES);
});

Deno.test({
  name: "a session is garbage when its device has gone",
  ignore: gc === undefined,
  fn: async () => {
    await using talk = conversation();
    const refs: WeakRef<object>[] = [];
    for (let cycle = 0; cycle < 20; cycle++) refs.push(await visit(talk, cycle));
    for (let turn = 0; turn < 10; turn++) {
      await settle();
      gc?.();
    }
    // The last may still be on the stack of an engine's optimised frame.
    assert.ok(refs.filter((ref) => ref.deref() !== undefined).length <= 1);
  },
});
