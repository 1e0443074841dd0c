/**
 * The questions that the device chart asks before it takes a transition. Each answer is noted in the recording, because XState tells which
 * transition was taken, never why another was not.
 *
 * @module
 */

import { traced } from "../../services/recorder/traced.ts";
import type { DeviceContext } from "./context.ts";
import type { DeviceActorEvent } from "./events.ts";
import { WAKE_GRACE_MS } from "./limits.ts";
import { looksFinal } from "./transcript.ts";

interface GuardArgs {
  readonly context: DeviceContext;
  readonly event: DeviceActorEvent;
}

type Guards<Name extends string> = Record<Name, (args: GuardArgs) => boolean>;

/** The guards of the device machine. */
export const deviceGuards = noted({
  micStaysOn: ({ context }) => context.mode === "auto" || context.mode === "realtime",
  mayGoOn: ({ context }) => context.mode !== "manual" && (context.utterance?.durationMs ?? 0) < context.settings.uplink.maxUtteranceMs,
  canBargeIn: ({ context }) => context.mode === "realtime" && context.settings.features.voiceBargeIn,
  mayCutIn: ({ context: { mode, settings, turn } }) => {
    if (mode === "realtime" && settings.features.voiceBargeIn) return true;
    // The microphone is on until the device hears of the reply: this is what was said right after the wake word.
    return mode !== "manual" && turn?.source === "wake";
  },
  mayHaveWords: ({ context, event }) => {
    if (!("utterance" in event) || event.utterance.durationMs === 0) return false;
    return context.carried !== undefined || event.utterance.speechMs >= context.settings.bargeIn.minSpeechMs;
  },
  nextHasWords: ({ context }) => (context.nextTurn?.userText ?? "") !== "",
  wasHeard: ({ context }) => context.turn?.has("firstFrameMs") === true,
  waitsForMore: ({ context: { settings, mode, turn, utterance, ports } }) => {
    if (settings.policyWaitMs === 0 || mode === "manual" || turn === undefined || utterance?.end !== "silence") return false;
    return !ports.isFarewell(turn) && !looksFinal(turn.userText);
  },
  isCurrent: ({ context, event }) => "turnId" in event && event.turnId === context.turn?.id,
  belongsToWake: ({ context: { turn }, event }) => {
    // Push-to-talk is nobody's consequence, and neither is a button pressed into the goodbye.
    if (turn === undefined || turn.farewell || ("mode" in event && event.mode === "manual")) return false;
    return turn.source !== "speech" && turn.ageMs() < WAKE_GRACE_MS;
  },
  hasSound: ({ event }) => event.type === "SPEECH_ENDED" && event.utterance.durationMs > 0,
  hasWords: ({ context }) => (context.turn?.userText ?? "") !== "",
  saysFarewell: ({ context }) => context.turn !== undefined && context.ports.isFarewell(context.turn),
  isStuck: ({ context }) => context.ports.isStuck(),
  wakeIsAnswered: ({ context }) => context.settings.wake !== "listen",
  speaksGoodbye: ({ context }) => context.settings.goodbye === "spoken",
  isClosing: ({ context }) => context.closing !== undefined,
  isOver: ({ context }) => context.turn?.farewell === true,
  hasPendingText: ({ context }) => context.pending !== undefined && context.pending.type !== "LISTEN_START",
  // Nothing is said before the device has listened or woken up: it may still be connecting, and would drop it.
  mayBeAddressed: ({ context }) => context.mode !== undefined || context.turn !== undefined,
  interrupts: ({ context, event }) => event.type === "SAY" && event.interrupt && context.closing === undefined,
  hasNextUtterance: ({ context }) => context.nextTurn !== undefined && context.utterance !== undefined,
  hasNextTurn: ({ context }) => context.nextTurn !== undefined,
  hasPendingListen: ({ context }) => context.pending?.type === "LISTEN_START",
});

function noted<Name extends string>(guards: Guards<Name>): Guards<Name> {
  const wrapped = Object.entries<Guards<Name>[Name]>(guards).map(([name, guard]) => {
    const asked = traced<GuardArgs, unknown>(name, guard, ({ context }) => context.ports);
    return [name, (args: GuardArgs) => asked(args, undefined)];
  });
  return Object.fromEntries(wrapped);
}
