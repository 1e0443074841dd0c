/**
 * Alerts in English.
 *
 * @module
 */

import type { AlertTexts } from "./texts.ts";

/** The words of each rule. */
export const en: AlertTexts = {
  component_failed: ({ subject, more }) => ({
    summary: `${subject} has failed`,
    reason: `The checks of ${subject} fail${more}`,
    nextStep: `See ${subject} at /health/detailed and bring it back; the server reconnects by itself`,
  }),
  component_degraded: ({ subject, more }) => ({
    summary: `${subject} is degraded`,
    reason: `${subject} is not well, and conversations go on without it${more}`,
    nextStep: `See ${subject} at /health/detailed; bring it back when there is time, nothing has to be restarted`,
  }),
  outbox_old: ({ shown, shownLimit }) => ({
    summary: "Turns wait to be delivered",
    reason: `The oldest turn in the outbox has waited ${shown} s, more than ${shownLimit} s`,
    nextStep:
      "Turns are safe in the data directory. Check that the database of history is reachable and takes writes: delivery at /api/status says why it does not",
  }),
  sync_lag: ({ shown, shownLimit }) => ({
    summary: "History of other servers comes late",
    reason: `The sync is ${shown} s behind, more than ${shownLimit} s`,
    nextStep: "Check that the source answers, and that one node leads the sync (xz_leader); it catches up by itself",
  }),
  turn_errors: ({ shown, shownLimit }) => ({
    summary: "Many turns fail",
    reason: `${shown} % of the turns of the last 5 minutes failed, more than ${shownLimit} %`,
    nextStep:
      "See which stage fails: breakers and providers at /health/detailed, then the log of category esp32_server. Set a fallback for that stage",
  }),
  provider_errors: ({ subject, shown, shownLimit }) => ({
    summary: `Calls to ${subject} fail`,
    reason: `${shown} % of the calls to ${subject} within 5 minutes failed, more than ${shownLimit} %`,
    nextStep: "Check key, quota and address of the provider; conversations go on where that stage has a fallback",
  }),
  slow_responses: ({ shown, shownLimit }) => ({
    summary: "Answers come late",
    reason: `1 answer of 20 took longer than ${shown} s to begin within the last 5 minutes; the limit is ${shownLimit} s`,
    nextStep:
      "See which stage takes the time on the dashboard Conversation quality (xz_turn_stage_seconds), and whether the event loop is slow",
  }),
  crashes: ({ subject, shown, shownLimit }) => ({
    summary: `${subject} crashes again and again`,
    reason: `${subject} crashed ${shown} times within 10 minutes, more than ${shownLimit}`,
    nextStep: "Read the reasons in the log of category supervision; report the stack if it names this program",
  }),
  device_stuck: ({ subject, shown, shownLimit, more }) => ({
    summary: `A device hangs in ${subject}`,
    reason: `A device has been in ${subject} for ${shown} s, and its watchdog should have acted before ${shownLimit} s${more}`,
    nextStep:
      "Save its recording from /debug/devices/<id>/recording before it is gone, then restart the device; this is a fault of the server, so report it",
  }),
  disk_low: ({ shown, shownLimit }) => ({
    summary: "The disk is nearly full",
    reason: `${shown} MiB are free on the disk of the data directory, less than ${shownLimit} MiB`,
    nextStep: "Free space, lower history.maxBytes or the retention, or move audio to a store; a full disk loses turns",
  }),
  event_loop_slow: ({ shown, shownLimit }) => ({
    summary: "The server is overloaded",
    reason: `Timers are ${shown} ms late, more than ${shownLimit} ms: audio stutters`,
    nextStep: "Look at the processor. Lower server.maxConnections, take load away or add a node",
  }),
  budget_burn_fast: ({ shown, shownLimit }) => ({
    summary: "The error budget is burning fast",
    reason: `Turns fail ${shown} times faster than 99.9 % allows, in the last hour and now; the limit is ${shownLimit}`,
    nextStep: "Treat it as an outage: find the failing stage at /health/detailed, switch off or roll back what changed last",
  }),
  budget_burn_slow: ({ shown, shownLimit }) => ({
    summary: "The error budget is burning",
    reason: `Turns fail ${shown} times faster than 99.9 % allows, in the last six hours and now; the limit is ${shownLimit}`,
    nextStep: "Find the stage that fails now and then on the dashboard Conversation quality, and mend it within the day",
  }),
};
