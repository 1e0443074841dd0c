/**
 * The talk button: on while it, or the space bar, is held.
 *
 * @module
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { Icon } from "../ui/icons.tsx";
import type { BrowserDevice } from "./device.ts";
import { browserDeviceTexts } from "./texts.ts";

/** The button. */
export function HoldButton({ device }: { readonly device: BrowserDevice }): JSX.Element {
  const t = useTexts(browserDeviceTexts);
  const button = useRef<HTMLButtonElement>(null);
  const [held, setHeld] = useState(false);
  const down = () => {
    setHeld(true);
    device.hold();
  };
  const up = () => {
    setHeld(false);
    device.release();
  };
  useEffect(() => {
    const isTalk = (event: KeyboardEvent) =>
      event.code === "Space" && !event.ctrlKey && !event.altKey && !event.metaKey &&
      (event.target === button.current || !isForKeys(event.target));
    const press = (event: KeyboardEvent) => {
      if (!isTalk(event)) return;
      event.preventDefault();
      if (!event.repeat) down();
    };
    const release = (event: KeyboardEvent) => {
      if (event.code !== "Space") return;
      if (isTalk(event)) event.preventDefault();
      up();
    };
    document.addEventListener("keydown", press);
    document.addEventListener("keyup", release);
    // The key comes up where nobody sees it.
    addEventListener("blur", up);
    return () => {
      document.removeEventListener("keydown", press);
      document.removeEventListener("keyup", release);
      removeEventListener("blur", up);
      device.release();
    };
  }, [device]);
  return (
    <button
      ref={button}
      type="button"
      class={held ? "primary talk-button held" : "primary talk-button"}
      aria-pressed={held}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        down();
      }}
      onPointerUp={up}
      onPointerCancel={up}
      onContextMenu={(event) => event.preventDefault()}
    >
      <Icon name="mic" />
      {held ? t.holding : t.hold}
    </button>
  );
}

/** Whether a key that is pressed there is meant for what is there. */
function isForKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, button, a, summary, [contenteditable]") !== null;
}
