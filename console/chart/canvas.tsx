/**
 * A picture that can be moved and zoomed: by mouse, by fingers, by keys.
 *
 * @module
 */

import type { ComponentChildren, JSX, RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Camera, FAR_SCALE, fit, pan, type Size, transformOf, zoom } from "./camera.ts";

/** What a {@link Canvas} shows. */
export interface CanvasProps {
  readonly label: string;
  readonly help: string;
  readonly picture: Size;
  readonly camera: Camera;
  readonly window: Size;
  /** Whether the camera glides to where it is now, instead of following a hand. */
  readonly glides: boolean;
  readonly frame: RefObject<HTMLDivElement | null>;
  /** Changes where one looks, from where one looks by then. */
  readonly onMove: (change: (camera: Camera) => Camera) => void;
  readonly children: ComponentChildren;
}

/** Pixels of the window that an arrow key moves by. */
const KEY_STEP = 60;
/** How much larger plus makes the picture. */
const KEY_ZOOM = 1.3;
/** A pointer that moved less has clicked, pixels. */
const CLICK_SLOP = 4;

/** The picture. */
export function Canvas({ label, help, picture, camera, window, glides, frame, onMove, children }: CanvasProps): JSX.Element {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const dragged = useRef(0);
  const place = ({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }) => {
    const box = frame.current?.getBoundingClientRect();
    return { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
  };
  const move = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) return;
    const after = place(event);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, after);
    dragged.current += Math.hypot(after.x - before.x, after.y - before.y);
    if (dragged.current < CLICK_SLOP) return;
    if (frame.current?.hasPointerCapture(event.pointerId) === false) frame.current.setPointerCapture(event.pointerId);
    if (other === undefined) onMove((now) => pan(now, before.x - after.x, before.y - after.y, picture));
    else {
      const apart = Math.hypot(after.x - other.x, after.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      onMove((now) => zoom(now, apart, window, { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 }));
    }
  };
  const release = (event: PointerEvent) => void pointers.current.delete(event.pointerId);
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const change = keyed(event.key, picture, window);
    if (change === undefined) return;
    event.preventDefault();
    onMove(change);
  };
  return (
    <div
      ref={frame}
      class={camera.scale < FAR_SCALE ? "chart-canvas far" : "chart-canvas"}
      role="group"
      aria-label={`${label}. ${help}`}
      tabIndex={0}
      onKeyDown={press}
      onWheel={(event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const at = place(event);
        onMove((now) => zoom(now, Math.exp(-event.deltaY / 300), window, at));
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        if (pointers.current.size === 0) dragged.current = 0;
        pointers.current.set(event.pointerId, place(event));
      }}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
      onPointerLeave={release}
      onClickCapture={(event) => {
        // The end of a drag is no click on what happens to be below.
        if (dragged.current >= CLICK_SLOP) event.stopPropagation();
      }}
    >
      <svg width={window.width} height={window.height}>
        <g class={glides ? "camera glides" : "camera"} style={{ transform: transformOf(camera, window), "--inverse": 1 / camera.scale }}>
          {children}
        </g>
      </svg>
    </div>
  );
}

/** What a key does. */
function keyed(key: string, picture: Size, window: Size): ((camera: Camera) => Camera) | undefined {
  switch (key) {
    case "ArrowLeft":
      return (camera) => pan(camera, -KEY_STEP, 0, picture);
    case "ArrowRight":
      return (camera) => pan(camera, KEY_STEP, 0, picture);
    case "ArrowUp":
      return (camera) => pan(camera, 0, -KEY_STEP, picture);
    case "ArrowDown":
      return (camera) => pan(camera, 0, KEY_STEP, picture);
    case "+":
    case "=":
      return (camera) => zoom(camera, KEY_ZOOM, window);
    case "-":
      return (camera) => zoom(camera, 1 / KEY_ZOOM, window);
    case "0":
      return () => fit(picture, window);
    default:
      return undefined;
  }
}

/** The size of an element, which may change. */
export function useSize(): { readonly ref: RefObject<HTMLDivElement | null>; readonly size: Size } {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const look = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  return { ref, size };
}
