/**
 * The supervision tree: who is up, what it is doing, how often it had to be started again, and why.
 *
 * @module
 */

import type { JSX } from "preact";
import type { TreeNode } from "../../routes/console/overview/types.ts";
import { useConsole, useTexts } from "../context.ts";
import { span } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Link } from "../shell/link.tsx";
import { pageAt } from "../shell/page.tsx";
import { overviewTexts } from "./texts.ts";

/** What a {@link Tree} shows. */
export interface TreeProps {
  readonly tree: TreeNode;
  readonly now: number;
}

/** The card. */
export function Tree({ tree, now }: TreeProps): JSX.Element {
  const t = useTexts(overviewTexts);
  return (
    <section class="card" aria-labelledby="tree">
      <div class="card-head">
        <h2 id="tree">{t.tree}</h2>
      </div>
      <ul class="tree">
        <Branch node={tree} now={now} />
      </ul>
    </section>
  );
}

function Branch({ node, now }: { readonly node: TreeNode; readonly now: number }): JSX.Element {
  const { children, last } = node;
  if (children.length === 0 && last === undefined) {
    return (
      <li>
        <div class="tree-row leaf">
          <Row node={node} now={now} />
        </div>
      </li>
    );
  }
  return (
    <li>
      {/* What is below is shown; why something failed is asked for. */}
      <details open={children.length > 0}>
        <summary class="tree-row">
          <Row node={node} now={now} />
        </summary>
        {last === undefined || last.message === "" ? null : <p class="tree-message small">{last.message}</p>}
        {children.length === 0 ? null : (
          <ul>
            {children.map((child) => <Branch key={child.id} node={child} now={now} />)}
          </ul>
        )}
      </details>
    </li>
  );
}

function Row({ node, now }: { readonly node: TreeNode; readonly now: number }): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(overviewTexts);
  const { id, state, doing, restarts, last, since, chart } = node;
  const lang = language.value;
  const ago = last?.at === undefined ? undefined : fill(t.ago, { span: span(now - last.at, lang) });
  const why = last === undefined
    ? undefined
    : ago === undefined
    ? fill(t.lastFailureOld, { reason: last.reason })
    : fill(t.lastFailure, { reason: last.reason, ago });
  const path = chart === undefined ? undefined : `/charts/${chart}`;
  return (
    <>
      <span class={`tree-light ${state}`} role="img" aria-label={t.states[state]} title={t.states[state]} />
      <span class="tree-words">
        <span class="mono tree-name">
          {path !== undefined && pageAt(path) !== undefined ? <Link to={path} label={fill(t.chart, { name: id })}>{id}</Link> : id}
        </span>
        {state === "up" ? null : <span class="small tree-state">{t.states[state]}</span>}
        {doing === undefined ? null : <span class="small soft">{doing}</span>}
        {restarts === 0
          ? null
          : <span class="small tree-restarts">{fill(since === undefined ? t.crashes : t.restarts, { count: restarts })}</span>}
        {why === undefined ? null : <span class="small soft">{why}</span>}
        {since === undefined || ago !== undefined ? null : <span class="small soft numbers tree-since">{span(now - since, lang)}</span>}
      </span>
    </>
  );
}
