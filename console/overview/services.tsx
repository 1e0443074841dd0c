/**
 * How the services are: all of them in a word, and one by one.
 *
 * @module
 */

import type { JSX } from "preact";
import type { Overview } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { overviewTexts } from "./texts.ts";

/** What both show. */
export interface ServicesProps {
  readonly health: Overview["health"];
}

/** The name of a service; one that the words do not know as it is. */
export function useServiceName(): (name: string) => string {
  const names: Readonly<Record<string, string>> = useTexts(overviewTexts).serviceNames;
  return (name) => names[name] ?? name;
}

/** All of it in a word. */
export function Whole({ health }: ServicesProps): JSX.Element {
  const t = useTexts(overviewTexts);
  const { language } = useConsole();
  const nameOf = useServiceName();
  const status = health?.status ?? "unknown";
  const wrong = health?.services.filter((service) => service.status !== "healthy") ?? [];
  const names = new Intl.ListFormat(language.value).format(wrong.map(({ name }) => nameOf(name)));
  return (
    <section class={`whole ${status}`} role="status">
      <span class="whole-light" aria-hidden="true" />
      <div>
        <h2>{t.whole[status]}</h2>
        <p class="soft">{fill(t.wholeText[status], { names })}</p>
      </div>
    </section>
  );
}

/** One by one, what is worst first. */
export function Services({ health, now }: ServicesProps & { readonly now: number }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(overviewTexts);
  const nameOf = useServiceName();
  return (
    <section class="card" aria-labelledby="services">
      <div class="card-head">
        <h2 id="services">{t.services}</h2>
      </div>
      {health === undefined ? <p class="soft">{t.wholeText.unknown}</p> : (
        <ul class="services">
          {health.services.map(({ name, status, required, since, reason }) => (
            <li key={name}>
              <span class="service-name">
                {nameOf(name)} {required ? null : <span class="soft small">{t.optional}</span>}
              </span>
              <span class={`chip ${status}`}>{t.status[status]}</span>
              <span class="soft small numbers service-since">{span(now - since, language.value)}</span>
              {reason === undefined ? null : <p class="service-reason small">{reason}</p>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
