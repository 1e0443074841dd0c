/**
 * What the history says was heard, against what the strict device's loudspeaker played.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { FirmwareName } from "../../../tools/device/mod.ts";
import { StrictBench } from "./strict_bench.ts";

const FRAME_MS = 60;
/** The reply of the bench: three sentences of 900 ms. */
const REPLY_MS = 2700;

/** Milliseconds of audio that have sounded by `now`. */
function sounded({ device }: StrictBench, now: number): number {
  return device.played.reduce((sum, { startedAtMs, durationMs }) => sum + Math.max(0, Math.min(durationMs, now - startedAtMs)), 0);
}

for (const firmware of ["1.6", "2.1", "2.4"] satisfies FirmwareName[]) {
  Deno.test(`firmware ${firmware}: interrupted at any 20 ms of a reply, what was heard is right to a frame`, async () => {
    for (let afterMs = 0; afterMs < REPLY_MS; afterMs += 20) {
      await using bench = new StrictBench({ firmware });
      const { clock } = bench.talk;
      await bench.say();
      await bench.until("the first frame", () => bench.device.played.length > 0);
      await clock.advance(afterMs);
      const pressed = bench.device.pressToggle();
      const heard = sounded(bench, clock.now());
      await clock.advance(0);
      await pressed;
      const turn = bench.turns[0];
      assert.equal(turn?.outcome, "interrupted");
      assert.ok(Math.abs(turn.heardMs - heard) <= FRAME_MS, `after ${afterMs} ms: ${turn.heardMs} noted, ${heard} sounded`);
      // A sentence counts from the first frame of it that sounded.
      const said = ["One", "Two", "Three"].filter((word) => turn.heardText.includes(word)).length;
      assert.ok(Math.abs(said - Math.ceil(heard / 900)) <= 1, `after ${afterMs} ms: "${turn.heardText}"`);
      bench.check();
    }
  });
}

Deno.test("interrupted by voice, what was heard is right to a frame", async () => {
  for (let afterMs = 0; afterMs < REPLY_MS - 600; afterMs += 140) {
    await using bench = new StrictBench({ mode: "realtime" });
    const { clock } = bench.talk;
    await bench.say();
    await bench.until("the first frame", () => bench.device.played.length > 0);
    await clock.advance(afterMs);
    const speaking = bench.device.speak(Array.from({ length: 15 }, () => Uint8Array.of(0x58, 1, 0, 0, 0, 0, 0, 0)));
    await bench.until("the barge-in", () => bench.turns.length === 1);
    const heard = sounded(bench, clock.now());
    const { heardMs, outcome } = bench.turns[0]!;
    assert.equal(outcome, "interrupted");
    // The wait notices up to 20 ms late.
    assert.ok(Math.abs(heardMs - heard) <= FRAME_MS + 20, `after ${afterMs} ms: ${heardMs} noted, ${heard} sounded`);
    await bench.run(speaking);
    await bench.rest();
    bench.check();
  }
});
