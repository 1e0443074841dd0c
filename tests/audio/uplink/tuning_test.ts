import assert from "node:assert/strict";
import { DEFAULT_UPLINK_TUNING, resolveUplinkTuning, type UplinkTuning } from "../../../audio/uplink/tuning.ts";
import { Rig } from "./fakes.ts";

Deno.test("what is left out has its default", () => {
  assert.deepEqual(resolveUplinkTuning(), DEFAULT_UPLINK_TUNING);
  assert.deepEqual(resolveUplinkTuning({ silenceMs: 800 }), { ...DEFAULT_UPLINK_TUNING, silenceMs: 800 });
});

Deno.test("a value out of range is refused by its name, with what would be right", () => {
  const wrong: [Partial<UplinkTuning>, RegExp][] = [
    [{ startThreshold: 0 }, /startThreshold is 0; a number from 0\.01 to 1 is needed/],
    [{ startThreshold: NaN }, /startThreshold is NaN/],
    [{ stopThreshold: -0.1 }, /stopThreshold is -0\.1/],
    [{ startThreshold: 0.3 }, /stopThreshold is 0\.35; it must not be above startThreshold \(0\.3\)/],
    [{ minSpeechMs: -1 }, /minSpeechMs is -1/],
    [{ silenceMs: 60 }, /silenceMs is 60; a number from 120/],
    [{ maxSilenceMs: 10_001 }, /maxSilenceMs is 10001; a number from 120 to 10000 is needed/],
    [{ minSilenceMs: 1300 }, /minSilenceMs is 1300; it must not be above maxSilenceMs \(1200\)/],
    [{ maxUtteranceMs: Infinity }, /maxUtteranceMs is Infinity; .* 120000/],
    [{ preRollMs: 5000, maxUtteranceMs: 5000 }, /must be above preRollMs and minSpeechMs together \(5096\)/],
  ];
  for (const [tuning, message] of wrong) {
    assert.throws(() => resolveUplinkTuning(tuning), { code: "uplink_tuning_invalid", message });
    assert.throws(() => new Rig(tuning), { code: "uplink_tuning_invalid" });
  }
});
