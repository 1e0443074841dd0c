import assert from "node:assert/strict";
import { loadOpus } from "../../../../audio/opus/libopus.ts";
import { StageError } from "../../../../services/esp32_server/errors.ts";
import type { SynthesizeStage } from "../../../../services/esp32_server/stages.ts";
import { VirtualClock } from "../../../support/virtual_clock.ts";
import { build, collecting, piecesOf, type Scripted, speaking } from "./scripted.ts";

const DOWN = new StageError("synthesize", "unavailable", "Nobody answers");
const NEVER = new AbortController().signal;
const ASK = { text: "Hello.", language: "en" };
const SILENT = [0, 0, 1, -8];
const LOUD = [0, 900, -900];

const listOf = (pieces: readonly ArrayLike<number>[]) => pieces.map((piece) => Array.from(piece));

async function spoken(server: SynthesizeStage): Promise<number[][]> {
  return listOf(await Array.fromAsync(piecesOf(await server.synthesize(ASK, { signal: NEVER }))));
}

Deno.test("sound comes through whole, leading silence included", async () => {
  const clock = new VirtualClock();
  const { server, served } = build({ clock, synthesize: [speaking(clock, "first", [SILENT, LOUD, SILENT, LOUD])] });
  assert.deepEqual(await spoken(server), [SILENT, LOUD, SILENT, LOUD]);
  assert.deepEqual([served(), clock.armed], [["first"], 0]);
});

for (
  const [what, steps] of [["fails at once", [DOWN]], ["fails after leading silence", [SILENT, DOWN]], ["is empty", []], ["is silent", [
    SILENT,
    SILENT,
  ]], ["is stuck", [SILENT, Infinity]]] as const
) {
  Deno.test(`a synthesiser that ${what} is replaced, and nothing of it is heard`, async () => {
    const clock = new VirtualClock();
    const { server, served } = build({ clock, synthesize: [speaking(clock, "first", [...steps]), speaking(clock, "second", [LOUD])] });
    const sound = spoken(server);
    await clock.advance(5250);
    assert.deepEqual(await sound, [LOUD]);
    assert.deepEqual([served(), clock.armed], [["second"], 0]);
  });
}

Deno.test("after the first sound nobody takes over: the error reaches the caller and counts", async () => {
  const clock = new VirtualClock();
  const second = speaking(clock, "second", [LOUD]);
  const { server, opened } = build({
    clock,
    synthesize: [speaking(clock, "first", [LOUD, DOWN]), second],
    breaker: { consecutiveFailures: 1 },
  });
  const audio = await server.synthesize(ASK, { signal: NEVER });
  const sound = collecting(piecesOf(audio));
  await clock.advance(0);
  assert.deepEqual([listOf(sound.pieces), sound.ended, second.calls, opened()], [[LOUD], DOWN, 0, ["first"]]);
});

Deno.test("silence is given as it is where nobody makes a sound; three times in a row make the synthesiser unusable", async () => {
  const clock = new VirtualClock();
  const { server, opened } = build({ clock, synthesize: [speaking(clock, "only", [SILENT])] });
  assert.deepEqual(await spoken(server), [SILENT]);
  assert.deepEqual(await spoken(server), [SILENT]);
  assert.deepEqual(opened(), []);
  await assert.rejects(spoken(server), { code: "tts_bad_audio" });
  assert.deepEqual(opened(), ["only"]);
  await assert.rejects(spoken(server), { code: "tts_unavailable" });
});

Deno.test("who has nobody to stand in is heard as soon as it looks like sound, and counts as silent all the same", async () => {
  const clock = new VirtualClock();
  const silent = await encoded(new Int16Array(28_800));
  const tone = await encoded(Int16Array.from({ length: 14_400 }, (_, i) => 8000 * Math.sin(i / 8)));
  const stuck = speaking(clock, "only", [SILENT, LOUD, Infinity]);
  const first = await build({ clock, synthesize: [stuck] }).server.synthesize(ASK, { signal: NEVER });
  for await (const piece of piecesOf(first)) {
    assert.deepEqual(Array.from(piece), SILENT);
    break;
  }
  for (const [packets, failures] of [[silent, 2], [tone, 0], [[...silent, ...tone], 0]] as const) {
    const { server, events, opened } = build({ clock, synthesize: [opus("only", packets)], opus: loadOpus });
    for (let n = 0; n < 2; n++) assert.deepEqual(await spoken(server), listOf(packets));
    assert.deepEqual([events.filter((event) => event.type === "failed").length, opened()], [failures, []]);
  }
});

Deno.test("a sound in between starts the count of silences again", async () => {
  const clock = new VirtualClock();
  const { server, opened } = build({
    clock,
    synthesize: [speaking(clock, "only", [SILENT], [SILENT], [LOUD], [SILENT], [SILENT], [LOUD])],
  });
  for (let n = 0; n < 6; n++) await spoken(server);
  assert.deepEqual(opened(), []);
});

Deno.test("endless silence is given up", async () => {
  const clock = new VirtualClock();
  const second = new Array(16_000).fill(0);
  const { server, served } = build({
    clock,
    synthesize: [speaking(clock, "first", new Array(100).fill(second)), speaking(clock, "second", [LOUD])],
  });
  assert.deepEqual(await spoken(server), [LOUD]);
  assert.deepEqual(served(), ["second"]);
});

Deno.test("sound that nobody listens to is let go on abort, and a lost probe does not keep the provider out", async () => {
  const clock = new VirtualClock();
  const first = speaking(clock, "first", [DOWN], [LOUD, LOUD], [LOUD]);
  const { server, served } = build({ clock, synthesize: [first, speaking(clock, "second", [LOUD])], breaker: { consecutiveFailures: 1 } });
  await spoken(server);
  await clock.advance(5000);
  const controller = new AbortController();
  await server.synthesize(ASK, { signal: controller.signal });
  controller.abort(new Error("Barge-in"));
  await clock.advance(30_000);
  await spoken(server);
  assert.deepEqual(served(), ["second", "first", "first"]);
  assert.equal(clock.armed, 0);
});

Deno.test("leaving in the middle closes the sound", async () => {
  const clock = new VirtualClock();
  const first = speaking(clock, "first", [SILENT, LOUD, LOUD]);
  const { server } = build({ clock, synthesize: [first] });
  for await (const _ of piecesOf(await server.synthesize(ASK, { signal: NEVER }))) break;
  assert.deepEqual([first.closed, clock.armed], [1, 0]);
});

/** A synthesiser of Opus packets. */
function opus(name: string, packets: readonly Uint8Array<ArrayBuffer>[]): Scripted<SynthesizeStage> {
  async function* listed(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const packet of packets) yield await Promise.resolve(packet);
  }
  return { name, calls: 0, closed: 0, stage: { synthesize: () => Promise.resolve({ kind: "opus", packets: listed() }) } };
}

async function encoded(samples: Int16Array): Promise<Uint8Array<ArrayBuffer>[]> {
  using encoder = await (await loadOpus()).encoder({ sampleRate: 24_000, frameMs: 60, complexity: 0, bitrate: 24_000 });
  return Array.from({ length: samples.length / 1440 }, (_, index) => encoder.encode(samples.subarray(index * 1440, (index + 1) * 1440)));
}

Deno.test("silence in Opus is noticed too: DTX always, encoded silence where there is a codec to listen with", async () => {
  const clock = new VirtualClock();
  const dtx = Array.from({ length: 5 }, () => Uint8Array.of(11 << 3));
  const silent = await encoded(new Int16Array(14_400));
  const tone = await encoded(Int16Array.from({ length: 14_400 }, (_, i) => 8000 * Math.sin(i / 8)));
  for (const [packets, load, expected] of [[dtx, undefined, tone], [silent, loadOpus, tone], [silent, undefined, silent]] as const) {
    const { server } = build({
      clock,
      synthesize: [opus("first", packets), opus("second", tone)],
      ...(load === undefined ? {} : { opus: load }),
    });
    assert.deepEqual(await spoken(server), listOf(expected));
  }
});

Deno.test("a packet that is no Opus is the provider's failure", async () => {
  const clock = new VirtualClock();
  const { server, served } = build({ clock, synthesize: [opus("first", [new Uint8Array()]), speaking(clock, "second", [LOUD])] });
  assert.deepEqual(await spoken(server), [LOUD]);
  assert.deepEqual(served(), ["second"]);
});
