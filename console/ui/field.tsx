/**
 * A labelled field of a form.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";

/** What a {@link Field} holds. */
export interface FieldProps {
  /** Of the input. */
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  /** A box to tick, with its label behind it. */
  readonly check?: boolean;
  /** The input; it names `${id}-help` as its description where there is help. */
  readonly children: ComponentChildren;
}

/** The label, the input, and a line of help. */
export function Field({ id, label, help, check = false, children }: FieldProps): JSX.Element {
  const words = <label for={id}>{label}</label>;
  return (
    <div class={check ? "field check" : "field"}>
      {check ? children : words}
      {check ? words : children}
      {help === undefined || help === "" ? null : <span id={`${id}-help`} class="help">{help}</span>}
    </div>
  );
}
