/**
 * A machine with everything that a chart can show: nested and parallel states, timers, eventless transitions, actors, guards.
 *
 * @module
 */

import { and, fromPromise, not, setup } from "xstate";

/** The machine. */
export const exampleMachine = setup({
  types: {
    events: {} as
      | { type: "hello" | "speechStarted" | "speechEnded" | "abort" | "close" | "volume" | "retry" | "wake" }
      | { type: 'spoken <&> "quoted"' },
  },
  actors: { recognize: fromPromise(() => Promise.resolve("text")), speak: fromPromise(() => Promise.resolve()) },
  guards: { hasText: () => true, isLoud: () => true, tooOften: () => false },
  actions: { greet: () => {}, setVolume: () => {}, apologise: () => {} },
  delays: { helloTimeout: 10_000, patience: () => 700 },
}).createMachine({
  id: "example",
  initial: "connecting",
  on: { close: ".closed", volume: { actions: "setVolume" } },
  states: {
    connecting: {
      on: { hello: { target: "session", actions: "greet" } },
      after: { helloTimeout: "closed" },
    },
    session: {
      description: "A device is here",
      initial: "listening",
      on: { abort: ".listening" },
      states: {
        listening: {
          on: {
            speechStarted: { target: "hearing", guard: and(["isLoud", not("tooOften")]) },
            wake: { target: "listening", reenter: true },
          },
        },
        hearing: { on: { speechEnded: "recognizing" }, after: { 30_000: "recognizing", patience: "listening" } },
        recognizing: {
          invoke: { src: "recognize", onDone: [{ target: "deciding" }], onError: { target: "failed", actions: "apologise" } },
        },
        deciding: { always: [{ guard: "hasText", target: "speaking" }, { target: "listening" }] },
        speaking: {
          type: "parallel",
          states: {
            voice: {
              initial: "on",
              states: {
                on: { invoke: { id: "tts", src: "speak", onDone: "off" }, on: { volume: { actions: "setVolume" } } },
                off: { type: "final" },
              },
            },
            light: { initial: "blinking", states: { blinking: { on: { 'spoken <&> "quoted"': "steady" } }, steady: { type: "final" } } },
          },
          onDone: "listening",
        },
        failed: { on: { retry: "recognizing" }, after: { 1_500: "listening" } },
      },
    },
    closed: { type: "final" },
  },
});
