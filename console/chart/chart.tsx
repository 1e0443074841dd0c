/**
 * A machine's state chart, alive: what is active, what happened last, what happened often.
 *
 * @module
 */

import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Box, DrawnChart } from "../../services/charts/placed.ts";
import { useConsole, useTexts } from "../context.ts";
import { latency } from "../i18n/format.ts";
import { fill } from "../i18n/texts.ts";
import { Icon } from "../ui/icons.tsx";
import { type Camera, fit, follow, READING_SCALE, together, zoom } from "./camera.ts";
import { Canvas, useSize } from "./canvas.tsx";
import { StateDetails } from "./details.tsx";
import { Edge, EdgeLabel } from "./edges.tsx";
import { type ChartLife, heatLevel, strongEdges, turnPath } from "./life.ts";
import { neighbour } from "./neighbours.ts";
import { FarNames, Node, Timer, Words } from "./nodes.tsx";
import { TurnPath } from "./path.tsx";
import { chartTexts } from "./texts.ts";

/** What a {@link StateChart} shows. */
export interface StateChartProps {
  readonly chart: DrawnChart;
  readonly life: ChartLife;
  /** Only the states of a turn, and the rest when it is asked for: for narrow places. @default {false} */
  readonly compact?: boolean;
}

/** How much larger a button makes the picture. */
const BUTTON_ZOOM = 1.4;

/** The chart, with its controls and what is to be known of a state. */
export function StateChart({ chart, life, compact = false }: StateChartProps): JSX.Element {
  const t = useTexts(chartTexts);
  const [selected, setSelected] = useState<string>();
  const narrow = useNarrow();
  const select = useCallback((id: string) => setSelected(chart.nodes.some((node) => node.id === id) ? id : undefined), [chart]);
  const path = turnPath(chart);
  const whole = <WholeChart chart={chart} life={life} selected={selected} onSelect={setSelected} />;
  const about = selected ?? life.innermost.at(-1) ?? chart.nodes[0]?.id;
  const details = about === undefined ? null : <StateDetails chart={chart} id={about} life={life} onSelect={select} />;
  return (
    <div class="state-chart" data-machine={chart.id}>
      <TurnPath chart={chart} life={life} onSelect={select} />
      {path.length > 0 && (compact || narrow)
        ? (
          <>
            {details}
            <details class="whole">
              <summary>{t.whole}</summary>
              {whole}
            </details>
          </>
        )
        : (
          <div class="chart-and-details">
            {whole}
            {details}
          </div>
        )}
    </div>
  );
}

interface WholeChartProps extends StateChartProps {
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
}

function WholeChart({ chart, life, selected, onSelect }: WholeChartProps): JSX.Element {
  const { language } = useConsole();
  const t = useTexts(chartTexts);
  const { ref, size } = useSize();
  const { layout } = chart;
  const [camera, setCamera] = useState<Camera>({ x: layout.width / 2, y: layout.height / 2, scale: READING_SCALE });
  const [following, setFollowing] = useState(true);
  const [glides, setGlides] = useState(false);
  const focus = selected ?? life.innermost.at(-1) ?? chart.nodes[0]?.id ?? "";
  const outer = useMemo(() => new Set(chart.nodes.map(({ parent }) => parent)), [chart]);
  useEffect(() => {
    const box = following ? layout.nodes[focus] : undefined;
    if (box === undefined || size.width === 0) return;
    // With what made it active, where both fit.
    const labels = selected === undefined
      ? layout.edges.flatMap(({ id, label }) => id !== undefined && life.last.includes(id) && label !== undefined ? [label] : [])
      : [];
    setGlides(true);
    setCamera((now) => follow(now, together(box, labels, now.scale, size), size));
  }, [following, focus, layout, size]);

  const looked = selected === undefined ? life.innermost : [selected];
  const strong = useMemo(() => strongEdges(chart, looked, selected), [chart, looked.join(" "), selected]);
  const mostStates = Math.max(0, ...[...life.heat?.states.values() ?? []].map(({ count }) => count));
  const mostEdges = Math.max(0, ...life.heat?.edges.values() ?? []);
  const move = (change: (camera: Camera) => Camera, byHand = true) => {
    setGlides(!byHand);
    setFollowing(false);
    setCamera(change);
  };
  const select = useCallback((id: string) => onSelect(id), []);
  const go = useCallback((from: string, key: string) => {
    const next = neighbour(chart, from, key);
    if (next === undefined) return false;
    ref.current?.querySelector<SVGElement>(`.node[data-id="${CSS.escape(next)}"]`)?.focus();
    return true;
  }, [chart]);
  const placed = (id: string): Box | undefined => layout.nodes[id];
  const shownEdges = layout.edges.filter(({ id }) => id !== undefined);
  const isShown = (id: number | undefined): id is number => id !== undefined && (strong.has(id) || life.last.includes(id));

  return (
    <div class="chart-frame">
      <div class="chart-tools">
        <label>
          <span class="hidden-text">{t.state}</span>
          <select value={focus} onChange={(event) => onSelect(event.currentTarget.value)}>
            {chart.nodes.map(({ id, key }) => (
              <option key={id} value={id}>
                {"\u2003".repeat(id.split(".").length - 1) + key + (life.active.has(id) ? ` (${t.now})` : "")}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" title={t.fit} aria-label={t.fit} onClick={() => move(() => fit(layout, size), false)}>
          <Icon name="fit" />
        </button>
        <button
          type="button"
          class="quiet"
          title={t.larger}
          aria-label={t.larger}
          onClick={() => move((now) => zoom(now, BUTTON_ZOOM, size), false)}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          class="quiet"
          title={t.smaller}
          aria-label={t.smaller}
          onClick={() => move((now) => zoom(now, 1 / BUTTON_ZOOM, size), false)}
        >
          <Icon name="minus" />
        </button>
        <button
          type="button"
          class="quiet"
          aria-pressed={following && selected === undefined}
          onClick={() => {
            onSelect(undefined);
            setFollowing(true);
            setCamera((now) => ({ ...now, scale: Math.max(now.scale, READING_SCALE) }));
          }}
        >
          <Icon name="target" /> {t.follow}
        </button>
      </div>
      <Canvas
        label={fill(t.label, { machine: chart.id })}
        help={t.help}
        picture={layout}
        camera={camera}
        window={size}
        glides={glides}
        frame={ref}
        onMove={move}
      >
        {chart.nodes.map((node) => {
          const box = placed(node.id);
          if (box === undefined) return null;
          return (
            <Node
              key={node.id}
              node={node}
              box={box}
              outer={outer.has(node.id)}
              active={life.active.has(node.id)}
              selected={selected === node.id}
              heat={heatLevel(life.heat?.states.get(node.id)?.count ?? 0, mostStates)}
              first={focus === node.id}
              label={fill(t.about, { id: life.active.has(node.id) ? `${node.key} (${t.now})` : node.key })}
              onSelect={select}
              onGo={go}
            />
          );
        })}
        {Object.entries(layout.initials).map(([id, { x, y }]) => <circle key={id} class="dot" cx={x} cy={y} r="5" />)}
        {layout.edges.map((edge, index) => (
          <Edge
            key={index}
            edge={edge}
            strong={edge.id !== undefined && strong.has(edge.id)}
            last={false}
            heat={edge.id === undefined ? 0 : heatLevel(life.heat?.edges.get(edge.id) ?? 0, mostEdges)}
          />
        ))}
        {layout.edges.map((edge, index) =>
          // Drawn anew for each step, so that its pulse begins again, and above the others.
          edge.id === undefined || !life.last.includes(edge.id)
            ? null
            : <Edge key={`${life.step} ${index}`} edge={edge} strong last heat={0} />
        )}
        {chart.nodes.map((node) => {
          const box = placed(node.id);
          return box === undefined ? null : <Words key={node.id} chart={chart} node={node} box={box} outer={outer.has(node.id)} />;
        })}
        {shownEdges.map((edge, index) =>
          isShown(edge.id)
            ? <EdgeLabel key={index} edge={edge} last={life.last.includes(edge.id)} answer={life.guards.get(edge.id)} />
            : null
        )}
        {life.innermost.map((id) => {
          const [box, ms] = [placed(id), life.forMs.get(id)];
          return box === undefined || ms === undefined ? null : <Timer key={id} box={box} text={latency(ms, language.value)} />;
        })}
        <FarNames chart={chart} nodes={turnPath(chart)} active={life.active} />
      </Canvas>
      <ul class="chart-legend small soft">
        <li class="key-active">{t.active}</li>
        <li class="key-last">{t.last}</li>
        <li class="key-heat">{t.visited}</li>
        <li class="hint">{t.hint}</li>
      </ul>
    </div>
  );
}

/** Whether there is no room for a chart and what is beside it. */
function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const query = matchMedia("(max-width: 48rem)");
    const look = () => setNarrow(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow;
}
