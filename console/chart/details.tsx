/**
 * What is to be known of a state.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { type Chart, type ChartEdge, edgeText } from "../../services/charts/model.ts";
import { useConsole, useTexts } from "../context.ts";
import { count, latency } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { type ChartLife, factsOf, firesInMs } from "./life.ts";
import { chartTexts } from "./texts.ts";

/** What the {@link StateDetails} show. */
export interface StateDetailsProps {
  readonly chart: Chart;
  readonly id: string;
  readonly life: ChartLife;
  readonly onSelect: (id: string) => void;
}

/** Longer lists are collapsed to this. */
const MAX_SHOWN = 5;

/** The details. */
export function StateDetails({ chart, id, life, onSelect }: StateDetailsProps): JSX.Element | null {
  const { language } = useConsole();
  const t = useTexts(chartTexts);
  const facts = factsOf(chart, id);
  if (facts === undefined) return null;
  const { node, own, inherited, incoming } = facts;
  const visits = life.heat?.states.get(id);
  const forMs = life.forMs.get(id);
  const spentMs = (visits?.spent ?? 0) / 1000 + (forMs ?? 0);
  const said: readonly (readonly [string, ComponentChildren])[] = [
    [t.visits, visits === undefined ? t.never : count(visits.count, language.value)],
    ...(spentMs > 0 ? [[t.spent, latency(spentMs, language.value)]] as const : []),
    ...(node.invoke.length > 0 ? [[t.runs, <Words key="runs" words={node.invoke.map((each) => each.id)} />]] as const : []),
    ...(node.entry.length > 0 ? [[t.entry, <Words key="entry" words={node.entry} />]] as const : []),
    ...(node.exit.length > 0 ? [[t.exit, <Words key="exit" words={node.exit} />]] as const : []),
  ];
  return (
    <section class="state-details" aria-label={fill(t.about, { id })}>
      <h3>
        {node.key}{" "}
        {forMs === undefined ? null : <span class="chip active">{fill(t.forTime, { time: latency(forMs, language.value) })}</span>}
      </h3>
      <p class="mono small soft">{node.id}</p>
      {node.description === undefined ? null : <p>{node.description}</p>}
      {node.kind === "final" ? <p>{t.final}</p> : null}
      <dl class="facts">
        {said.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="numbers">{value}</dd>
          </div>
        ))}
      </dl>
      <h4>{t.leaves}</h4>
      {own.length === 0 ? <p class="small soft">{t.none}</p> : <Edges key={`own ${id}`} edges={own} life={life} onSelect={onSelect} />}
      {inherited.length === 0 ? null : (
        <details key={`inherited of ${id}`} open={own.length === 0}>
          <summary>{`${t.inherited} (${inherited.length})`}</summary>
          <Edges key={`inherited ${id}`} edges={inherited} life={life} onSelect={onSelect} />
        </details>
      )}
      {incoming.length === 0 ? null : (
        <details key={`incoming of ${id}`}>
          <summary>{`${t.incoming} (${incoming.length})`}</summary>
          <Edges key={`incoming ${id}`} edges={incoming} life={life} onSelect={onSelect} backwards />
        </details>
      )}
    </section>
  );
}

function Words({ words }: { readonly words: readonly string[] }): JSX.Element {
  return <span class="mono small">{words.join(", ")}</span>;
}

interface EdgesProps extends Pick<StateDetailsProps, "life" | "onSelect"> {
  readonly edges: readonly ChartEdge[];
  readonly backwards?: boolean;
}

function Edges({ edges, life, onSelect, backwards = false }: EdgesProps): JSX.Element {
  const t = useTexts(chartTexts);
  const [all, setAll] = useState(false);
  // What has just happened, or is about to, is worth more than its place in the list.
  const matters = (edge: ChartEdge) => life.last.includes(edge.id) || life.guards.has(edge.id) || firesInMs(edge, life) !== undefined;
  const sorted = [...edges].sort((a, b) => Number(matters(b)) - Number(matters(a)));
  const shown = all ? sorted : sorted.filter((edge, index) => index < MAX_SHOWN || matters(edge));
  return (
    <>
      <ul class="state-edges">
        {shown.map((edge) => <EdgeRow key={edge.id} edge={edge} life={life} onSelect={onSelect} backwards={backwards} />)}
      </ul>
      {edges.length === shown.length && !all || edges.length <= MAX_SHOWN
        ? null
        : (
          <button type="button" class="quiet small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.less : fill(t.more, { count: edges.length })}
          </button>
        )}
    </>
  );
}

function EdgeRow({ edge, life, onSelect, backwards }: Omit<EdgesProps, "edges"> & { readonly edge: ChartEdge }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(chartTexts);
  const firesIn = firesInMs(edge, life);
  const answer = life.guards.get(edge.id);
  const taken = life.heat?.edges.get(edge.id) ?? 0;
  const others = backwards === true ? [edge.source] : edge.targets;
  return (
    <li class={life.last.includes(edge.id) ? "last" : ""}>
      <span class="state-edge-label">
        {edgeText(edge)}
        {answer === undefined ? null : <span class={answer ? "answer yes" : "answer no"}>{answer ? t.guardYes : t.guardNo}</span>}
        {firesIn === undefined ? null : <span class="fires numbers">{fill(t.fires, { time: latency(firesIn, language.value) })}</span>}
        {taken === 0 ? null : <span class="numbers small soft">{fill(t.times, { count: taken })}</span>}
      </span>
      <span class="small soft">
        {others.length === 0
          ? t.acts
          : others.map((other) => (
            <button key={other} type="button" class="link" onClick={() => onSelect(other)}>
              {`${backwards === true ? "←" : "→"} ${other.slice(other.indexOf(".") + 1)}`}
            </button>
          ))}
        {edge.actions.length === 0 ? null : <span class="mono">{` ${edge.actions.join(", ")}`}</span>}
      </span>
    </li>
  );
}
