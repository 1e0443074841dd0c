/**
 * The state chart of a device: what a person would say is happening.
 *
 * @module
 */

import { and, not } from "xstate";
import { paused } from "./paused.ts";
import { deviceSetup } from "./vocabulary.ts";

/** The device machine. Input: {@link DeviceInput}; events: {@link DeviceActorEvent}. */
export const deviceMachine = deviceSetup.createMachine({
  id: "device",
  context: ({ input }) => ({
    ...input,
    mode: undefined,
    turn: undefined,
    utterance: undefined,
    carried: undefined,
    job: "chat",
    pending: undefined,
    nextTurn: undefined,
    closing: undefined,
  }),
  initial: "connecting",
  on: {
    LINK_CLOSED: { target: ".closed", actions: "dropTurn" },
    STOP: { target: ".closing", actions: ["dropTurn", "closeForOwner"] },
    DRAIN: { actions: ["closeForOwner", "finishSentence"] },
    VAD_FAILED: {
      target: ".closing",
      actions: ["dropTurn", { type: "closeWith", params: { code: 1011, reason: "Voice detection failed", end: "error" } }],
    },
  },
  states: {
    connecting: {
      description: "The socket is open; the device has not said hello",
      after: {
        helloTimeout: { target: "closing", actions: { type: "closeWith", params: { code: 1008, reason: "No hello", end: "error" } } },
      },
      on: {
        HELLO: "preparing",
        LISTEN_START: { actions: ["setMode", "keep"] },
        LISTEN_STOP: { actions: "forgetPendingListen" },
        DRAIN: { target: "closing", actions: "closeForOwner" },
      },
    },
    preparing: {
      description: "Loading what is needed to hear and to speak",
      after: {
        preparingLimit: {
          target: "closing",
          actions: { type: "closeWith", params: { code: 1011, reason: "Not ready in time", end: "error" } },
        },
      },
      invoke: {
        src: "prepare",
        input: ({ context }) => ({ ports: context.ports }),
        onDone: { target: "ready", actions: ["welcome", "touch"] },
        onError: {
          target: "closing",
          actions: ["reportError", { type: "closeWith", params: { code: 1011, reason: "Audio is not available", end: "error" } }],
        },
      },
      on: {
        LISTEN_START: [{ guard: "hasPendingText", actions: "setMode" }, { actions: ["setMode", "keep"] }],
        LISTEN_STOP: { actions: "forgetPendingListen" },
        WAKE: { guard: "wakeIsAnswered", actions: "keep" },
        TEXT: { actions: "keep" },
        DRAIN: { target: "closing", actions: "closeForOwner" },
      },
    },
    ready: {
      description: "The device has been welcomed: one turn follows another",
      initial: "deciding",
      on: {
        TEXT: [
          { guard: "isClosing", target: ".deciding", actions: "dropTurn" },
          { target: ".replying", actions: ["dropTurn", "closeMic", "beginTextTurn"] },
        ],
        WAKE: [
          { guard: and(["wakeIsAnswered", "isClosing"]), target: ".deciding", actions: "dropTurn" },
          { guard: "wakeIsAnswered", target: ".replying", actions: ["dropTurn", "attendMic", "beginTextTurn"] },
        ],
        LISTEN_START: { target: ".waiting.listening", actions: ["dropTurn", "setMode", "openMic", "touch"] },
      },
      states: {
        deciding: {
          description: "Chooses what comes next; left at once",
          always: [
            { guard: "isClosing", target: "#device.closing" },
            {
              guard: "isOver",
              target: "#device.closing",
              actions: { type: "closeWith", params: { code: 1000, reason: "Goodbye", end: "goodbye" } },
            },
            { guard: "hasPendingText", target: "replying", actions: ["forgetNextTurn", "attendMic", "beginTextTurn"] },
            { guard: "hasNextUtterance", target: "recognizing", actions: ["forgetPending", "takeNextTurn"] },
            { guard: "hasNextTurn", target: "vad", actions: ["forgetPending", "takeNextTurn"] },
            { guard: "hasPendingListen", target: "waiting.listening", actions: ["forgetPending", "resumeMic"] },
            { guard: "micStaysOn", target: "waiting.listening", actions: "resumeMic" },
            { target: "waiting" },
          ],
        },
        waiting: {
          description: "Nothing is said; ends before the device takes the socket for dead",
          initial: "idle",
          always: { guard: "isClosing", target: "#device.closing" },
          after: {
            idleTimeout: [
              { guard: and(["speaksGoodbye", "micStaysOn"]), target: "replying", actions: ["closeMic", "beginGoodbyeTurn"] },
              { target: "#device.closing", actions: { type: "closeWith", params: { code: 1000, reason: "Idle", end: "idle" } } },
            ],
          },
          on: {
            ABORT: { actions: "quiet" },
            SAY: { guard: "mayBeAddressed", target: "replying", actions: ["yieldMic", "beginTextTurn"] },
          },
          states: {
            idle: {
              description: "The microphone is off: push-to-talk between two presses",
            },
            listening: {
              description: "The microphone is on and nobody speaks",
              on: {
                SPEECH_STARTED: { target: "#device.ready.vad", actions: "beginSpeechTurn" },
                LISTEN_STOP: { target: "idle", actions: "closeMic" },
                MIC_SILENT: {
                  target: "#device.closing",
                  actions: { type: "closeWith", params: { code: 1001, reason: "No audio", end: "device" } },
                },
              },
            },
          },
        },
        vad: {
          description: "Somebody speaks",
          after: { vadLimit: { target: "waiting.listening", actions: ["dropTurn", "openMic"] } },
          on: {
            SPEECH_ENDED: [
              { guard: "hasSound", target: "recognizing", actions: ["takeUtterance", "markEndpoint"] },
              { target: "deciding", actions: "dropTurn" },
            ],
            SPEECH_PAUSED: { actions: { type: "speculate", params: { answer: true } } },
            SPEECH_RESUMED: { actions: "forgetSpeculation" },
            LISTEN_STOP: { actions: "endSpeech" },
            MIC_SILENT: { actions: "endSpeech" },
            ABORT: { target: "waiting.listening", actions: ["dropTurn", "quiet", "openMic"] },
            SAY: { guard: "interrupts", target: "replying", actions: ["dropTurn", "closeMic", "beginTextTurn"] },
          },
        },
        recognizing: {
          description: "The recogniser turns the utterance into text",
          after: { recognizingLimit: { target: "replying", actions: ["forgetSpeculation", "failTurn", "apologize"] } },
          invoke: {
            src: "recognize",
            input: ({ context }) => ({ ports: context.ports, turn: context.turn!, utterance: context.utterance! }),
            onDone: [
              { guard: not("hasWords"), target: "deciding", actions: ["dropTurn", "touch"] },
              { guard: "waitsForMore", target: ".settling" },
              { guard: "saysFarewell", target: "replying", actions: "bidFarewell" },
              { target: "replying", actions: "answer" },
            ],
            onError: { target: "replying", actions: ["failTurn", "apologize"] },
          },
          on: {
            ABORT: { target: "deciding", actions: ["dropTurn", "quiet"] },
            SPEECH_STARTED: { guard: "mayGoOn", target: "vad", actions: "carryOn" },
            SAY: { guard: "interrupts", target: "replying", actions: ["dropTurn", "closeMic", "beginTextTurn"] },
          },
          initial: "working",
          states: {
            working: { description: "The text is awaited" },
            settling: {
              description: "The text looks unfinished: the person may go on",
              entry: "resumeMic",
              after: {
                policyWait: { target: "#device.ready.replying", actions: "answer" },
              },
            },
          },
        },
        replying: {
          description: "An answer is made and said",
          invoke: {
            src: "reply",
            input: ({ context }) => ({ ports: context.ports, turn: context.turn!, job: context.job }),
            onError: { target: "persisting", actions: ["failTurn", "endCompleted"] },
          },
          initial: "thinking",
          on: {
            REPLY_ENDED: { guard: "isCurrent", target: "persisting", actions: "endCompleted" },
            ABORT: [
              { guard: "hasNextTurn", target: "persisting", actions: ["endInterrupted", "stayForMore", "forgetNextTurn", "openMic"] },
              { target: "persisting", actions: ["endInterrupted", "stayForMore"] },
            ],
            LISTEN_START: [
              { guard: "belongsToWake", actions: ["setMode", "listenAfterWake"] },
              { target: "persisting", actions: ["endInterrupted", "stayForMore", "setMode", "openMic", "forgetNextTurn", "keep"] },
            ],
            TEXT: { target: "persisting", actions: ["endInterrupted", "stayForMore", "keep"] },
            WAKE: { guard: "wakeIsAnswered", target: "persisting", actions: ["endInterrupted", "stayForMore", "keep"] },
            SAY: { guard: "interrupts", target: "persisting", actions: ["endInterrupted", "stayForMore", "forgetNextTurn", "keep"] },
            LINK_CLOSED: {
              target: "persisting",
              actions: ["endInterrupted", { type: "closeWith", params: { code: 1000, reason: "The device is gone", end: "device" } }],
            },
            STOP: { target: "persisting", actions: ["endInterrupted", "closeForOwner"] },
            VAD_FAILED: { actions: { type: "closeWith", params: { code: 1011, reason: "Voice detection failed", end: "error" } } },
          },
          states: {
            thinking: {
              description: "The chat stage answers; nothing is audible yet",
              after: { thinkingLimit: { target: "#device.ready.persisting", actions: ["failTurn", "endCompleted"] } },
              on: {
                REPLY_HEARD: { guard: "isCurrent", target: "speaking" },
                SPEECH_STARTED: { guard: "mayCutIn", target: "speaking.paused", actions: "beginNextTurn" },
              },
            },
            speaking: {
              description: "The person hears the reply",
              initial: "playing",
              states: {
                playing: {
                  description: "Frames leave at the pace of the ear",
                  after: {
                    speakingStall: [
                      { guard: "isStuck", target: "#device.ready.persisting", actions: ["failTurn", "endCompleted"] },
                      { target: "playing", reenter: true },
                    ],
                  },
                  on: { SPEECH_STARTED: { guard: "canBargeIn", target: "paused", actions: "beginNextTurn" } },
                },
                paused,
                resuming: {
                  description: "There were no words: the reply goes on where it stopped; left at once",
                  entry: "resumeReply",
                  always: [{ guard: "wasHeard", target: "playing" }, { target: "#device.ready.replying.thinking" }],
                },
              },
            },
          },
        },
        persisting: {
          description: "The turn is committed before anything else begins",
          after: { persistingLimit: { target: "deciding", actions: ["reportError", "touch"] } },
          invoke: {
            src: "persist",
            input: ({ context }) => ({ ports: context.ports, turn: context.turn! }),
            onDone: { target: "deciding", actions: "touch" },
            onError: { target: "deciding", actions: ["reportError", "touch"] },
          },
          on: {
            ABORT: [
              { guard: "hasNextTurn", actions: ["stayForMore", "forgetNextTurn", "quiet", "openMic"] },
              { actions: ["stayForMore", "quiet"] },
            ],
            LISTEN_START: [
              { guard: "hasPendingText", actions: "setMode" },
              { actions: ["stayForMore", "setMode", "openMic", "forgetNextTurn", "keep"] },
            ],
            LISTEN_STOP: { actions: ["endSpeech", "forgetPendingListen"] },
            TEXT: { actions: ["stayForMore", "keep"] },
            WAKE: { guard: "wakeIsAnswered", actions: ["stayForMore", "keep"] },
            SAY: { guard: "interrupts", actions: ["stayForMore", "forgetNextTurn", "keep"] },
            SPEECH_STARTED: [
              { guard: "hasNextUtterance", actions: "carryOn" },
              { guard: not("hasNextTurn"), actions: "beginNextTurn" },
            ],
            SPEECH_ENDED: { guard: "hasNextTurn", actions: ["takeUtterance", "markEndpoint"] },
            LINK_CLOSED: { actions: { type: "closeWith", params: { code: 1000, reason: "The device is gone", end: "device" } } },
            STOP: { actions: "closeForOwner" },
            VAD_FAILED: { actions: { type: "closeWith", params: { code: 1011, reason: "Voice detection failed", end: "error" } } },
          },
        },
      },
    },
    closing: {
      description: "The connection is being closed from here",
      entry: ["forgetNextTurn", "closeLink"],
      always: "closed",
    },
    closed: { type: "final", description: "The connection is gone" },
  },
});
