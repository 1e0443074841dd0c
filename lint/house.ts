/**
 * The rules of this house, as a plugin of `deno lint`. Each rule's file says what the rule sees and what it cannot see.
 *
 * @module
 */

import { importTable } from "./rules/import_table.ts";
import { invokeHasOnError } from "./rules/invoke_has_on_error.ts";
import { noAmbientTime } from "./rules/no_ambient_time.ts";
import { noConsole } from "./rules/no_console.ts";
import { noTextInMarkup } from "./rules/no_text_in_markup.ts";
import { noThrowInAction } from "./rules/no_throw_in_action.ts";
import { noWildcardEvent } from "./rules/no_wildcard_event.ts";
import { subscribeWithObserver } from "./rules/subscribe_with_observer.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "import-table": importTable,
    "invoke-has-on-error": invokeHasOnError,
    "no-ambient-time": noAmbientTime,
    "no-console": noConsole,
    "no-text-in-markup": noTextInMarkup,
    "no-throw-in-action": noThrowInAction,
    "no-wildcard-event": noWildcardEvent,
    "subscribe-with-observer": subscribeWithObserver,
  },
};

export default plugin;
