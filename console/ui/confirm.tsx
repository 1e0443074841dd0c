/**
 * Asking whether somebody really wants something that cannot be taken back.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";

/** What a {@link Confirm} asks. */
export interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  /** The word for doing it. */
  readonly action: string;
  /** What else there is to fill in. */
  readonly children?: ComponentChildren;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The question, above everything else; Escape says no. */
export function Confirm({ title, text, action, children, onYes, onNo }: ConfirmProps): JSX.Element {
  const t = useTexts(commonTexts);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // At once, so that a key pressed next is already an answer to the question.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onNo();
  };
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} onCancel={cancel}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-text`} class="soft">{text}</p>
      {children}
      <div class="dialog-buttons">
        <button type="button" onClick={onNo}>{t.cancel}</button>
        <button type="button" class="danger" onClick={onYes}>{action}</button>
      </div>
    </dialog>
  );
}
