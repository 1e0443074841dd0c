/**
 * A stand-in for the Silero worker that dies of the first samples it gets.
 *
 * @module
 */

import { parentPort } from "node:worker_threads";
import process from "node:process";

parentPort?.postMessage({ type: "ready" });
parentPort?.once("message", () => process.exit(3));
