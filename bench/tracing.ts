/**
 * What a turn's trace costs: `deno run -P=bench bench/tracing.ts`, and the same with `OTEL_DENO=true` and an endpoint where nobody listens.
 *
 * Method: one process, a turn with every mark and three sentences, the calls that the session makes when a turn has been committed, in
 * rounds; the median round. Exporting happens on another thread and is not in the figure.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import type { TurnRecord } from "../services/history/store.ts";
import { timeline } from "../services/timeline/timeline.ts";
import { createTurnTracer, type TracedSynthesis } from "../services/tracing/turn_tracer.ts";
import { print } from "../tools/output.ts";

/** Rounds: enough for a steady median. */
const ROUNDS = 40;
/** Turns a round without traces: some milliseconds. */
const TURNS = 5_000;
/** Turns a round with traces: few, so that the exporter's queue does not overflow at once, which would be cheaper than exporting. */
const TRACED_TURNS = 50;

const clock = systemClock();
const startedAt = clock.wall() - 5_000;
const turn: TurnRecord = {
  turnId: "01KDZ000000000000000000001",
  sessionId: "11111111-2222-4333-8444-555555555555",
  deviceId: "02:00:00:00:00:01",
  startedAt,
  endedAt: startedAt + 4_003,
  source: "speech",
  userText: "what time is it",
  replyText: "It is noon.",
  heardText: "It is noon.",
  heardMs: 1_840,
  outcome: "completed",
  timings: {
    speechEndMs: 900,
    vadEndMs: 1_400,
    endpointMs: 1_400,
    recognizedMs: 1_600,
    settledMs: 1_600,
    firstTokenMs: 1_900,
    firstSentenceMs: 2_000,
    firstAudioMs: 2_150,
    leadingSilenceMs: 120,
    firstFrameMs: 2_160,
    playoutEndMs: 4_000,
    commitMs: 4_001,
    persistedMs: 4_003,
  },
};
const syntheses: TracedSynthesis[] = [0, 1, 2].map((at) => ({
  startMs: 2_000 + at * 300,
  firstAudioMs: 2_150 + at * 300,
  endMs: 2_300 + at * 300,
}));

const on = Deno.env.get("OTEL_DENO") === "true";
const tracer = createTurnTracer({
  version: "bench",
  providers: { recognize: "embedded", chat: "embedded", synthesize: "embedded" },
  content: false,
  key: new Uint8Array(32),
});

function median(work: () => void, turns: number): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = clock.now();
    for (let n = 0; n < turns; n++) work();
    return (clock.now() - from) * 1_000 / turns;
  });
  return rounds.sort((a, b) => a - b)[ROUNDS / 2] ?? 0;
}

const turns = on ? TRACED_TURNS : TURNS;
const line = (name: string, us: number) => `${name.padEnd(40)} ${us.toFixed(2)} µs a turn\n`;
print(line("the timeline of a turn", median(() => void timeline(turn), TURNS)));
print(line(`the trace of a turn, OpenTelemetry ${on ? "on" : "off"}`, median(() => tracer.trace({ turn, syntheses }), turns)));
