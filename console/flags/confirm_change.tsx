/**
 * Asking whether somebody really wants a change, and why.
 *
 * @module
 */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { useTexts } from "../context.ts";
import { Confirm, type ConfirmProps } from "../ui/confirm.tsx";
import { Field } from "../ui/field.tsx";
import { flagsTexts } from "./texts.ts";

/** Longest reason, as the server takes it. */
const MAX_WHY = 300;

/** What is asked. */
export interface ConfirmChangeProps extends Omit<ConfirmProps, "onYes" | "children"> {
  /** Called with the reason, which may be empty. */
  readonly onYes: (why: string) => void;
}

/** The question, with a line for the reason. */
export function ConfirmChange({ onYes, ...rest }: ConfirmChangeProps): JSX.Element {
  const t = useTexts(flagsTexts);
  const [why, setWhy] = useState("");
  const id = useId();
  return (
    <Confirm {...rest} onYes={() => onYes(why)}>
      <div class="confirm-why">
        <Field id={id} label={t.why} help={t.whyHelp}>
          <input
            id={id}
            value={why}
            maxLength={MAX_WHY}
            aria-describedby={`${id}-help`}
            onInput={(event) => setWhy(event.currentTarget.value)}
          />
        </Field>
      </div>
    </Confirm>
  );
}
