/**
 * The words that the device chart is written in: its guards, actions, delays and invoked actors.
 *
 * @module
 */

import { assign, setup } from "xstate";
import type { Closing, DeviceContext, DeviceInput } from "./context.ts";
import type { DeviceActorEvent } from "./events.ts";
import { deviceGuards } from "./guards.ts";
import { PERSISTING_LIMIT_MS, PREPARING_LIMIT_MS, RECOGNIZING_LIMIT_MS, VAD_GRACE_MS } from "./limits.ts";
import type { Utterance } from "../../audio/types.ts";
import { joinUtterances } from "../../audio/uplink/join.ts";
import { persist, prepare, recognize, reply } from "./logic.ts";
import type { ReplyJob } from "./ports.ts";
import { AppError } from "../../base/errors.ts";
import type { Turn } from "./turn.ts";

const OWNER_CLOSING: Readonly<Record<"shutdown" | "replaced" | "disconnected", Closing>> = {
  shutdown: { code: 1001, reason: "Server stops", end: "shutdown" },
  disconnected: { code: 1000, reason: "Disconnected by the owner", end: "disconnected" },
  replaced: { code: 4409, reason: "Replaced by a newer connection", end: "replaced" },
};

/** The set-up of the device machine. */
export const deviceSetup = setup({
  types: {} as { context: DeviceContext; events: DeviceActorEvent; input: DeviceInput },
  actors: { prepare, recognize, reply, persist },
  delays: {
    helloTimeout: ({ context }) => context.settings.helloTimeoutMs,
    idleTimeout: ({ context }) => context.ports.idleInMs(),
    vadLimit: ({ context }) => context.settings.uplink.maxUtteranceMs + VAD_GRACE_MS,
    falseInterruption: ({ context }) => context.settings.bargeIn.falseInterruptionMs,
    policyWait: ({ context }) => context.settings.policyWaitMs,
    thinkingLimit: ({ context }) => context.settings.thinkingLimitMs,
    speakingStall: ({ context }) => context.settings.speakingStallMs,
    preparingLimit: PREPARING_LIMIT_MS,
    recognizingLimit: RECOGNIZING_LIMIT_MS,
    persistingLimit: PERSISTING_LIMIT_MS,
  },
  guards: deviceGuards,
  actions: {
    setMode: assign(({ event }) => (event.type === "LISTEN_START" ? { mode: event.mode } : {})),
    keep: assign((
      { event },
    ) => (event.type === "LISTEN_START" || event.type === "WAKE" || event.type === "TEXT" || event.type === "SAY"
      ? { pending: event }
      : {})
    ),
    forgetPending: assign({ pending: undefined }),
    forgetPendingListen: assign(({ context }) => (context.pending?.type === "LISTEN_START" ? { pending: undefined } : {})),
    welcome: ({ context }) => context.ports.welcome(),
    touch: ({ context }) => context.ports.touch(),
    openMic: ({ context }) => context.ports.openMic(context.mode ?? "auto"),
    resumeMic: ({ context }) => context.ports.resumeMic(context.mode ?? "auto"),
    closeMic: ({ context }) => context.ports.closeMic(),
    // What is said between a wake word and the answer to it is heard; what came before, the wake word itself, is not.
    attendMic: ({ context: { ports, mode, pending }, event }) => {
      const said = event.type === "TEXT" || event.type === "WAKE" || event.type === "SAY" ? event : pending;
      if (said?.type === "WAKE" && mode !== undefined && mode !== "manual") ports.openMic(mode);
      else ports.closeMic();
    },
    listenAfterWake: ({ context: { ports, mode, turn, nextTurn } }) => {
      if (turn?.source === "wake" && nextTurn === undefined) ports.openMic(mode ?? "auto");
    },
    holdReply: ({ context }) => context.ports.holdReply(),
    resumeReply: ({ context }) => context.ports.resumeReply(),
    speculate: ({ context, event }, params: { readonly answer: boolean }) => {
      const turn = context.nextTurn ?? context.turn;
      if (event.type !== "SPEECH_PAUSED" || turn === undefined) return;
      context.ports.speculate(turn, withCarried(context.carried, event.utterance), params);
    },
    forgetSpeculation: ({ context }) => context.ports.forgetSpeculation(),
    // A device that cancels its own echo goes on being heard, so that the person can cut in.
    yieldMic: ({ context }) => {
      if (context.mode !== "realtime") context.ports.closeMic();
    },
    endSpeech: ({ context }) => context.ports.endSpeech(),
    quiet: ({ context }) => context.ports.quiet(),
    beginSpeechTurn: assign(({ context, event }) => ({ turn: speechTurn(context, event), utterance: undefined })),
    beginTextTurn: assign(({ context, event }) => {
      const said = event.type === "TEXT" || event.type === "WAKE" || event.type === "SAY" ? event : context.pending;
      if (said?.type === "SAY") return { ...newTurn(context.ports.newTurn("say", said)), job: "say" as ReplyJob };
      if (said?.type === "TEXT") {
        const turn = context.ports.newTurn("text", { text: said.text });
        turn.farewell = context.ports.isFarewell(turn);
        return { ...newTurn(turn), job: turn.farewell ? "farewell" as ReplyJob : "chat" as ReplyJob };
      }
      if (said?.type !== "WAKE") return {};
      const job: ReplyJob = context.settings.wake === "greet" ? "greeting" : "chat";
      return { ...newTurn(context.ports.newTurn("wake", { text: said.text })), job };
    }),
    beginGoodbyeTurn: assign(({ context }) => {
      const turn = context.ports.newTurn("text");
      turn.recorded = false;
      turn.farewell = true;
      return { turn, job: "farewell" as ReplyJob };
    }),
    beginNextTurn: assign(({ context, event }) => ({ nextTurn: speechTurn(context, event), utterance: undefined })),
    carryOn: assign(({ context }) => {
      context.ports.forgetSpeculation();
      return { carried: context.utterance, utterance: undefined };
    }),
    takeNextTurn: assign(({ context }) => ({ turn: context.nextTurn, nextTurn: undefined })),
    forgetNextTurn: assign(({ context }) => {
      context.nextTurn?.end("empty");
      return { nextTurn: undefined, utterance: undefined, carried: undefined };
    }),
    takeUtterance: assign(({ context, event }) => {
      if (event.type !== "SPEECH_ENDED") return {};
      return { utterance: withCarried(context.carried, event.utterance), carried: undefined };
    }),
    markEndpoint: ({ context: { turn, nextTurn }, event }) => {
      // While the turn before is being ended, it is the next one whose speech ends.
      if (event.type === "SPEECH_ENDED") (nextTurn ?? turn)?.ended(event.agoMs);
    },
    answer: assign({ job: "chat" as ReplyJob, utterance: undefined }),
    bidFarewell: assign(({ context }) => {
      if (context.turn !== undefined) context.turn.farewell = true;
      return { job: "farewell" as ReplyJob, utterance: undefined };
    }),
    apologize: assign({ job: "apology" as ReplyJob, utterance: undefined }),
    failTurn: ({ context, event }) => context.turn?.fail(errorOf(event)),
    reportError: ({ context, event }) => context.ports.report(event.type, errorOf(event)),
    dropTurn: assign(({ context }) => {
      context.turn?.end("empty");
      return { turn: undefined, utterance: undefined, carried: undefined };
    }),
    endInterrupted: ({ context }) => context.turn?.end("interrupted"),
    stayForMore: ({ context: { turn, ports } }) => {
      if (turn?.farewell !== true) return;
      turn.farewell = false;
      // A farewell that was heard to its end was not followed by `tts stop`, because the connection was to end.
      if (turn.outcome !== "interrupted") ports.quiet();
    },
    endCompleted: ({ context }) => context.turn?.end("completed"),
    closeWith: assign((_, params: Closing) => ({ closing: params })),
    closeForOwner: assign(({ event }) => {
      if (event.type === "DRAIN") return { closing: OWNER_CLOSING.shutdown };
      return event.type === "STOP" ? { closing: OWNER_CLOSING[event.reason] } : {};
    }),
    finishSentence: ({ context }) => context.ports.finishSentence(),
    closeLink: ({ context }) => {
      if (context.closing !== undefined) context.ports.closeLink(context.closing.code, context.closing.reason);
    },
  },
});

function speechTurn({ ports }: DeviceContext, event: DeviceActorEvent): Turn {
  return ports.newTurn("speech", event.type === "SPEECH_STARTED" ? { agoMs: event.agoMs } : {});
}

function newTurn(turn: Turn): Partial<DeviceContext> {
  return { turn, pending: undefined, utterance: undefined };
}

function withCarried(carried: Utterance | undefined, utterance: Utterance): Utterance {
  return carried === undefined ? utterance : joinUtterances(carried, utterance);
}

function errorOf(event: object): unknown {
  if ("error" in event) return event.error;
  return new AppError(`No progress in time: ${"type" in event ? event.type : "unknown"}`, { code: "stage_stuck", retryable: true });
}
