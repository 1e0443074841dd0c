/**
 * One device.
 *
 * @module
 */

import type { JSX } from "preact";
import type { PageProps } from "../pages.ts";
import { Page } from "../shell/page.tsx";

/** The page. */
export default function DevicePage({ params }: PageProps): JSX.Element {
  return <Page title={params.id ?? ""}>{params.id}</Page>;
}
