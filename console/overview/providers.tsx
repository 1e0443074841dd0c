/**
 * The providers of the stages: how fast, how often they fail, and whether their breakers let calls through.
 *
 * @module
 */

import type { JSX } from "preact";
import type { ProviderState } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { count, latency } from "../i18n/format.ts";
import { overviewTexts } from "./texts.ts";

/** The card. */
export function Providers({ providers }: { readonly providers: readonly ProviderState[] }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(overviewTexts);
  const kinds: Readonly<Record<string, string>> = t.kinds;
  const lang = language.value;
  const ms = (value: number | undefined) => value === undefined ? "–" : latency(value, lang);
  return (
    <section class="card" aria-labelledby="providers">
      <div class="card-head">
        <h2 id="providers">{t.providers}</h2>
      </div>
      {providers.length === 0
        ? <p class="soft">{t.noProviders}</p>
        : (
          <div class="overview-scroll" tabIndex={0} role="region" aria-labelledby="providers">
            <table class="overview-table">
              <thead>
                <tr>
                  {Object.entries(t.columns).map(([key, title]) => <th key={key} scope="col" class={`of-${key}`}>{title}</th>)}
                </tr>
              </thead>
              <tbody>
                {providers.map(({ kind, provider, breaker, served, failed, p50Ms, p95Ms }) => (
                  <tr key={`${kind} ${provider}`}>
                    <th scope="row">{kinds[kind] ?? kind}</th>
                    <td class="mono">{provider}</td>
                    <td>
                      <span class={`chip breaker-${breaker}`}>{t.breakers[breaker]}</span>
                    </td>
                    <td class="numbers of-calls">{count(served + failed, lang)}</td>
                    <td class={failed > 0 ? "numbers is-bad" : "numbers"}>{count(failed, lang)}</td>
                    <td class="numbers">{ms(p50Ms)}</td>
                    <td class="numbers">{ms(p95Ms)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}
