/**
 * The health of a stage with several providers: as good as the one who serves, and a warning where that is not the first choice.
 *
 * @module
 */

import type { ProviderState, StageHealth } from "./stages.ts";

/** What a provider says of itself. */
export interface OwnHealth {
  readonly name: string;
  /** Absent where it says nothing of the stage. */
  readonly health: StageHealth | undefined;
}

interface Candidate {
  readonly shown: string;
  readonly own: StageHealth | undefined;
  /** Why it cannot serve now; absent where it can. */
  readonly problem: string | undefined;
}

/** Joins what providers say of themselves with what calls have shown of them, the first choice first. */
export function joined(stage: string, providers: readonly OwnHealth[], order: readonly ProviderState[]): StageHealth {
  const candidates = providers.map(({ name, health }): Candidate => {
    const shown = health?.provider ?? name;
    const state = order.find(({ provider }) => provider === name);
    const wait = state?.breaker === "open" ? `failed too often, tried again in ${Math.ceil((state.retryInMs ?? 0) / 1000)} s` : undefined;
    return { shown, own: health, problem: health?.status === "fail" ? health.note ?? "it is down" : wait };
  });
  const serving = candidates.find(({ problem }) => problem === undefined);
  const [first] = candidates;
  const states = order.length === 0 ? {} : { order };
  if (serving === undefined) {
    const why = candidates.map(({ shown, problem }) => candidates.length === 1 ? `${problem}` : `${shown}: ${problem}`).join("; ");
    return { stage, status: "fail", provider: first?.shown ?? "none", ...(why === "" ? {} : { note: why }), ...states };
  }
  if (serving === first) return { stage, status: "pass", ...serving.own, provider: serving.shown, ...states };
  const away = candidates.slice(0, candidates.indexOf(serving)).map(({ shown, problem }) => `${shown}: ${problem}`);
  return { stage, status: "warn", provider: serving.shown, note: [...away, `${serving.shown} stands in`].join("; "), ...states };
}
