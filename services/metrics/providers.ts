/**
 * Metrics of the providers, from what the resilience layer tells.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import type { ResilienceEvent } from "../esp32_server/resilience/mod.ts";
import { type Instruments, PROVIDER_KINDS, PROVIDERS } from "./instruments.ts";
import { RecentRatio } from "./ratio.ts";

/** A stage that providers do. */
export type ProviderKind = typeof PROVIDER_KINDS[number];
/** A provider, by its name in the configuration. */
export type ProviderName = typeof PROVIDERS[number];

const BREAKER = { closed: 0, half_open: 1, open: 2 } as const;

/** Counts what providers do. */
export class ProviderMetrics {
  readonly #instruments: Instruments;
  readonly #ratio: RecentRatio;
  readonly #serving = new Map<string, string>();

  constructor(instruments: Instruments, clock: Pick<Clock, "now">) {
    this.#instruments = instruments;
    this.#ratio = new RecentRatio(clock);
    instruments.apiCallSuccess.read((tell) => tell(this.#ratio.value ?? NaN));
  }

  /** Who served a stage last; `none` where nobody has yet. */
  serving(kind: ProviderKind): ProviderName {
    return (this.#serving.get(kind) ?? "none") as ProviderName;
  }

  /** Takes an event of the resilience layer. */
  readonly note = (event: ResilienceEvent): void => {
    const { providerRequests, providerBreaker } = this.#instruments;
    // A name that is not in the sets counts as `other`.
    const kind = event.stage as ProviderKind;
    const provider = event.provider as ProviderName;
    switch (event.type) {
      case "served":
        this.#serving.set(kind, provider);
        providerRequests.add(1, kind, provider, "served");
        return this.#add(1, 1);
      case "failed":
        providerRequests.add(1, kind, provider, event.delivered ? "cut_off" : "failed");
        // What is cut off had been counted as served.
        return event.delivered ? this.#add(-1, 0) : this.#add(0, 1);
      case "skipped":
        return providerRequests.add(1, kind, provider, "skipped");
      case "breaker":
        return providerBreaker.set(BREAKER[event.to], kind, provider);
    }
  };

  #add(good: number, all: number): void {
    if (this.#instruments.registry.isOn()) this.#ratio.add(good, all);
  }
}
