/**
 * Speech into a reply. Most of what interrupts is a cough, a laugh or a door, so the reply is paused first and cut only for words.
 *
 * @module
 */

import { deviceSetup } from "./vocabulary.ts";

/** The state `speaking.paused` of the device machine: it leads to `persisting` where there were words, and else to `resuming`. */
export const paused = deviceSetup.createStateConfig({
  description: "Somebody speaks into the reply, which waits to learn whether there are words",
  initial: "hearing",
  on: {
    VAD_FAILED: {
      target: "resuming",
      actions: ["forgetNextTurn", {
        type: "closeWith",
        params: { code: 1011, reason: "Voice detection failed", end: "error" },
      }],
    },
  },
  states: {
    hearing: {
      description: "The person speaks",
      entry: "holdReply",
      after: {
        vadLimit: { target: "#device.ready.replying.speaking.resuming", actions: ["forgetNextTurn", "openMic"] },
      },
      on: {
        SPEECH_ENDED: [
          { guard: "mayHaveWords", target: "weighing", actions: ["takeUtterance", "markEndpoint"] },
          { target: "#device.ready.replying.speaking.resuming", actions: "forgetNextTurn" },
        ],
        SPEECH_PAUSED: { guard: "mayHaveWords", actions: { type: "speculate", params: { answer: false } } },
        SPEECH_RESUMED: { actions: "forgetSpeculation" },
        LISTEN_STOP: { actions: "endSpeech" },
        MIC_SILENT: { actions: "endSpeech" },
      },
    },
    weighing: {
      description: "The recogniser says whether there were words",
      invoke: {
        src: "recognize",
        input: ({ context }) => ({ ports: context.ports, turn: context.nextTurn!, utterance: context.utterance! }),
        onDone: [
          { guard: "nextHasWords", target: "#device.ready.persisting", actions: ["endInterrupted", "stayForMore"] },
          { target: "#device.ready.replying.speaking.resuming", actions: "forgetNextTurn" },
        ],
        onError: { target: "#device.ready.replying.speaking.resuming", actions: ["reportError", "forgetNextTurn"] },
      },
      on: { SPEECH_STARTED: { guard: "mayGoOn", target: "hearing", actions: "carryOn" } },
      initial: "silent",
      states: {
        silent: {
          description: "The reply waits for the recogniser",
          after: { falseInterruption: "late" },
        },
        late: {
          description: "The reply goes on although the recogniser has not answered",
          entry: "resumeReply",
          after: {
            recognizingLimit: {
              target: "#device.ready.replying.speaking.resuming",
              actions: ["reportError", "forgetNextTurn"],
            },
          },
        },
      },
    },
  },
});
