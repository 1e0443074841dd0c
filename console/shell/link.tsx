/**
 * Links to other pages of the console.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { useConsole } from "../context.ts";
import { BASE } from "./router.ts";

/** What a {@link Link} shows. */
export interface LinkProps {
  /** Path below `/console`. */
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A link that the browser may also open in another tab. */
export function Link({ to, current = false, label, children, ...rest }: LinkProps): JSX.Element {
  const { router } = useConsole();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.go(to);
  };
  return (
    <a href={BASE + to} onClick={follow} aria-current={current ? "page" : undefined} aria-label={label} {...rest}>
      {children}
    </a>
  );
}
