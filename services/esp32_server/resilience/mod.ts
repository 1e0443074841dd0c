/**
 * Going on when a provider fails: time limits, breakers, stand-ins.
 *
 * @module
 */

export { BreakerOpenError, QuietAnswerError } from "./blame.ts";
export { type BreakerChange, type BreakerOptions, type BreakerPass, type BreakerState, CircuitBreaker } from "./breaker.ts";
export { BREAKER_DEFAULTS, type BreakerTuning } from "./breaker_tuning.ts";
export type { ResilienceEvent } from "./events.ts";
export type { Provider } from "./fallback.ts";
export { LIMIT_DEFAULTS, type StageLimits } from "./limits.ts";
export { resilient, type ResilientOptions, type ResilientStages, type StageProviders } from "./resilient.ts";
