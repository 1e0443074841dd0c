import assert from "node:assert/strict";
import { systemClock } from "../../../base/clock.ts";
import { EventLoopMonitor } from "../../../services/metrics/event_loop.ts";
import { histogram } from "../../../services/metrics/histogram.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

/** Occupies the event loop. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

const histogramOfDelays = () => histogram({ name: "t_seconds", help: "T", buckets: [0.01, 0.05, 0.1] });

Deno.test("a loop that is blocked shows in the histogram and in the recent delay", async () => {
  const delays = histogramOfDelays();
  using monitor = new EventLoopMonitor(systemClock(), delays);
  block(150);
  assert.ok(monitor.recentMs >= 100, "a timer that is overdue counts before it has fired");
  while (delays.samples()[0]!.counts.at(-1) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(monitor.recentMs >= 100);
  const { counts } = delays.samples()[0]!;
  assert.ok(counts[3]! - counts[2]! >= 1);
});

Deno.test("a loop that is on time shows no delay, and what is old is forgotten", async () => {
  const clock = new VirtualClock();
  const delays = histogramOfDelays();
  {
    using monitor = new EventLoopMonitor(clock, delays);
    await clock.advance(30_000);
    assert.equal(monitor.recentMs, 0);
    assert.equal(delays.samples()[0]!.counts[0], 1500);
  }
  assert.equal(clock.armed, 0);
});
