/**
 * The recording as a file.
 *
 * @module
 */

import type { JSX } from "preact";
import { useTexts } from "../context.ts";
import { Icon } from "../ui/icons.tsx";
import { liveTexts } from "./texts.ts";

/** The link that downloads it. */
export function Download({ deviceId }: { readonly deviceId: string }): JSX.Element {
  const t = useTexts(liveTexts);
  return (
    <a
      class="button"
      href={`/debug/devices/${encodeURIComponent(deviceId)}/recording`}
      download={`${deviceId.replaceAll(":", "-")}.ndjson`}
    >
      <Icon name="record" size={16} /> {t.download}
    </a>
  );
}
