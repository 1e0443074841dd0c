/**
 * Who hears, thinks and speaks: each stage, and the breakers of its providers.
 *
 * @module
 */

import type { StageHealth } from "../../esp32_server/stages.ts";
import type { HealthCheck, Reading } from "../check.ts";

/** What of an ESP32 server is asked. */
export interface AskedEsp32Server {
  health(options: { readonly signal: AbortSignal }): Promise<readonly StageHealth[]>;
}

/** The stages; `server` is looked up at each asking, and so is `intervalMs`, the time until the next one. A stage that is away is answered with an apology, so all of it is optional. */
export function esp32ServerCheck(server: () => AskedEsp32Server | undefined, intervalMs: () => number): HealthCheck {
  return {
    id: "esp32_server",
    service: "esp32_server",
    required: false,
    get intervalMs() {
      return intervalMs();
    },
    async run(signal) {
      const stages = await server()?.health({ signal });
      if (stages === undefined) {
        return [{ component: "esp32_server", measurement: "responseTime", type: "component", status: "fail", output: "It is not up" }];
      }
      return stages.flatMap(readings);
    },
  };
}

function readings({ stage, status, provider, note, order = [] }: StageHealth): Reading[] {
  const why = status === "pass" || note === undefined ? {} : { output: note };
  return [
    { component: stage, measurement: "provider", type: "component", status, value: provider, ...why },
    ...order.map(({ provider, breaker, retryInMs }): Reading => ({
      component: `${stage}-${provider}`,
      measurement: "breaker",
      type: "component",
      status: breaker === "open" ? "warn" : "pass",
      value: breaker,
      ...(breaker === "open" ? { output: `Provider ${provider} is left alone for ${Math.ceil((retryInMs ?? 0) / 1000)} s` } : {}),
    })),
  ];
}
