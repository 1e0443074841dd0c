/**
 * How the process is, for whoever runs it: `/health` and `/health/detailed`, and the three probes of Kubernetes.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { Readiness } from "../services/health/readiness.ts";
import { detailedHealth, HEALTH_JSON_STATUS, HEALTH_JSON_TYPE, healthJsonChecks, type HealthReport } from "../services/health/report.ts";
import { API_HEADERS } from "./page/security.ts";

/** What the routes of health need. */
export interface HealthRouteDeps {
  readonly version: string;
  readonly clock: Pick<Clock, "wall">;
  /** Whether the supervision tree still stands. */
  readonly live: () => boolean;
  /** Whether everything was up once. */
  readonly started: () => boolean;
  readonly readiness: () => Readiness;
  /** What the checks have found; undefined where nobody checks. */
  readonly report: () => HealthReport | undefined;
}

/** Answers a request; `details` says whether it may see more than the status. */
export interface HealthRoutes {
  readonly health: (details: boolean) => Response;
  readonly detailed: (details: boolean) => Response;
  readonly live: () => Response;
  readonly ready: (details: boolean) => Response;
  readonly started: () => Response;
}

/** How long an answer is fresh, seconds: checks are made about so often. */
const FRESH_S = 1;

/** Makes the routes. */
export function healthRoutes(deps: HealthRouteDeps): HealthRoutes {
  const { version, clock } = deps;
  const NOBODY: HealthReport = { status: "healthy", complete: true, checks: [] };
  const known = () => deps.report() ?? NOBODY;
  return {
    // Follows the expired draft-inadarei-api-health-check-05, whose `fail` must not be a 2xx.
    health(details) {
      const report = known();
      const { reason } = deps.readiness();
      const leaving = reason === "draining" || reason === "starting";
      const status = leaving ? "fail" : HEALTH_JSON_STATUS[report.status];
      const body = {
        status,
        version,
        ...(leaving ? { output: reason } : {}),
        ...(details ? { serviceId: "xiaozhi", checks: healthJsonChecks(report) } : {}),
      };
      return answer(body, status === "fail" ? 503 : 200, HEALTH_JSON_TYPE, fresh(details));
    },
    detailed(details) {
      const report = known();
      const { services, ...founding } = detailedHealth(report, clock.wall());
      const { reason } = deps.readiness();
      const status = reason === "draining" ? "unhealthy" : founding.status;
      const body = {
        ...founding,
        status,
        ...(details ? { version, ...(reason === undefined ? {} : { notReady: reason }), services } : {}),
      };
      return answer(body, status === "unhealthy" ? 503 : 200, "application/json", fresh(details));
    },
    live: () => probe(deps.live(), "the supervision tree has given up"),
    ready(details) {
      const { ready, reason, failing } = deps.readiness();
      const why = details && failing !== undefined ? `${reason}: ${failing.join(", ")}` : reason;
      return probe(ready, why ?? "");
    },
    started: () => probe(deps.started(), "starting"),
  };
}

function fresh(details: boolean): string {
  return `${details ? "private, " : ""}max-age=${FRESH_S}`;
}

function probe(well: boolean, otherwise: string): Response {
  return answer(well ? { status: "ok" } : { status: "fail", reason: otherwise }, well ? 200 : 503, "application/json", "no-store");
}

function answer(body: unknown, status: number, type: string, cacheControl: string): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": type, "cache-control": cacheControl, vary: "authorization", ...API_HEADERS },
  });
}
