/**
 * The configuration while the server runs.
 *
 * @module
 */

export { type ChangedKey, ChangeLog, ChangeLogError, CHANGES_FILE, type ConfigChange } from "./change_log.ts";
export { type Effect, effectOf } from "./effect.ts";
export { watchFile } from "./file_watch.ts";
export { flagGate, type Gate, type ProcessFlag } from "./gate.ts";
export { type ChangeAuthor, type ChangeOutcome, LiveConfig, type PreparedChange } from "./live_config.ts";
export { shown } from "./snapshot.ts";
