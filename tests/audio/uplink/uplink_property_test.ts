import assert from "node:assert/strict";
import fc from "fast-check";
import type { UplinkMode } from "../../../audio/uplink/uplink.ts";
import { dtx, garbage, packet, Rig } from "./fakes.ts";

/** Stretches of audio as a device sends it: speech, silence, silence not encoded, something in between, rubbish. */
const audio = fc.array(
  fc.tuple(
    fc.constantFrom("speech", "quiet", "between", "dtx", "garbage", "empty"),
    fc.integer({ min: 1, max: 14 }),
    fc.constantFrom(20, 40, 60),
  ),
  { minLength: 1, maxLength: 14 },
).map((stretches) =>
  stretches.flatMap(([kind, count, ms]) =>
    Array.from({ length: kind === "garbage" || kind === "empty" ? 1 : count }, () => {
      if (kind === "dtx") return dtx(ms);
      if (kind === "garbage") return garbage();
      if (kind === "empty") return new Uint8Array();
      return packet(kind === "speech" ? 90 : kind === "quiet" ? 5 : 42, ms);
    })
  )
);

const tuning = { maxUtteranceMs: 3000 };

/**
 * What must not depend on arrival: all but the packets that are reported as they come, which have no place among what the VAD finds, and
 * the length of speech where stop() did not wait for the VAD's word on the last of it.
 */
const heard = (rig: Rig) =>
  rig.told.filter((event) => event.type !== "undecodable").map((event) =>
    event.type === "speech_ended" && event.utterance.end === "stop" ? { ...event.utterance, speechMs: undefined } : event
  );

Deno.test("the same packets give the same utterances however they and the VAD's answers arrive", () => {
  const arrival = fc.infiniteStream(fc.integer({ min: 0, max: 5 }));
  fc.assert(
    fc.property(audio, fc.constantFrom<UplinkMode>("auto", "realtime"), arrival, fc.boolean(), (packets, mode, answers, stop) => {
      const rigs = [new Rig(tuning), new Rig(tuning), new Rig(tuning)] as const;
      const [paced, burst, random] = rigs;
      for (const rig of rigs) rig.listen(mode);
      paced.paced(packets);
      for (const bytes of packets) {
        random.uplink.push(bytes);
        random.vad.answer(answers.next().value);
      }
      for (const bytes of packets) burst.uplink.push(bytes);
      if (stop) rigs.forEach((rig) => rig.uplink.stop());
      for (const rig of rigs) rig.vad.answer();
      assert.deepEqual(heard(burst), heard(paced));
      assert.deepEqual(heard(random), heard(paced));
      if (!stop) { for (const rig of rigs) assert.equal(rig.uplink.stats().silenceMs, paced.uplink.stats().silenceMs, "what was learned"); }
      if (stop) { for (const rig of rigs) assert.deepEqual([rig.uplink.stats().listening, rig.decoders.open], [false, 0]); }
      for (const rig of rigs) rig[Symbol.dispose]();
    }),
    { numRuns: 150 },
  );
});

Deno.test("every utterance is made of whole packets in order, within the limit, and reported after its start", () => {
  fc.assert(
    fc.property(audio, fc.constantFrom<UplinkMode>("auto", "realtime", "manual"), (packets, mode) => {
      using rig = new Rig(tuning);
      rig.listen(mode);
      rig.paced(packets);
      rig.uplink.stop();
      rig.vad.answer();
      for (const utterance of rig.utterances) {
        assert.equal(utterance.pcm().length, utterance.durationMs * 16);
        assert.ok(utterance.end === "silence" || utterance.durationMs <= tuning.maxUtteranceMs + 60);
        assert.ok(utterance.durationMs <= tuning.maxUtteranceMs + 1200 + 60);
        assert.ok(utterance.speechMs + utterance.trailingSilenceMs <= utterance.durationMs);
        const first = packets.indexOf(utterance.packets[0] ?? new Uint8Array());
        const between = packets.slice(first, packets.indexOf(utterance.packets.at(-1) ?? new Uint8Array()) + 1);
        if (utterance.packets.length > 0) {
          assert.deepEqual(utterance.packets, between.filter((bytes) => utterance.packets.includes(bytes)));
        }
      }
      for (const [index, event] of rig.events.entries()) {
        if (event.type !== "speech_paused") continue;
        // What is begun on an utterance that paused is right for the one that ended, or is told to be in vain.
        const next = rig.events.slice(index + 1).find(({ type }) => type !== "undecodable");
        assert.ok(next?.type === "speech_resumed" || next?.type === "speech_ended", `${next?.type} after a pause`);
        if (next.type === "speech_resumed") continue;
        const { packets, speechMs } = event.utterance;
        assert.deepEqual(next.utterance.packets.slice(0, packets.length), packets);
        assert.equal(next.utterance.speechMs, speechMs);
      }
      const milestones = rig.types.filter((type) => type === "speech_started" || type === "speech_ended");
      if (mode === "manual" && packets.every((bytes) => bytes.length === 0)) return;
      milestones.forEach((type, index) => assert.equal(type, index % 2 === 0 ? "speech_started" : "speech_ended"));
    }),
    { numRuns: 150 },
  );
});

Deno.test("random bytes neither throw nor gather", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 200 }),
      fc.constantFrom<UplinkMode>("auto", "realtime", "manual"),
      (packets, mode) => {
        using rig = new Rig({ maxUtteranceMs: 1500 });
        rig.listen(mode);
        rig.paced(packets.map((bytes) => Uint8Array.from(bytes)));
        assert.ok(rig.uplink.stats().bufferedMs <= 1500 + 500 + 240);
      },
    ),
    { numRuns: 100 },
  );
});
