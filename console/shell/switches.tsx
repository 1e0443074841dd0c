/**
 * The switches for language and theme.
 *
 * @module
 */

import type { JSX } from "preact";
import { useConsole, useTexts } from "../context.ts";
import { commonTexts } from "../i18n/common.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { type Theme, THEMES } from "./preferences.ts";

const ICONS: Readonly<Record<Theme, IconName>> = { system: "system", light: "sun", dark: "moon" };

/** Both switches. */
export function Switches(): JSX.Element {
  const { language, theme } = useConsole();
  const t = useTexts(commonTexts);
  const other = language.value === "en" ? "zh" : "en";
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  return (
    <div class="switches">
      <button
        type="button"
        class="quiet"
        title={`${t.theme}: ${t.themes[theme.value]}`}
        aria-label={`${t.theme}: ${t.themes[theme.value]}`}
        onClick={() => theme.value = next}
      >
        <Icon name={ICONS[theme.value]} />
      </button>
      <button type="button" class="quiet" lang={other === "zh" ? "zh-CN" : "en"} onClick={() => language.value = other}>
        {t.otherLanguage}
      </button>
    </div>
  );
}
