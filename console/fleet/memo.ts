/**
 * Components that are drawn anew only when what they show has changed.
 *
 * @module
 */

import { Component, type ComponentChild, createElement, type FunctionComponent } from "preact";

/** The same component, which stands still while its properties do. */
export function memo<P extends object>(inner: (props: P) => ComponentChild): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const now = this.props as Readonly<Record<string, unknown>>;
      return Object.entries(next).some(([key, value]) => key !== "children" && now[key] !== value);
    }
    override render(): ComponentChild {
      return createElement(inner as FunctionComponent<P>, this.props as P);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
