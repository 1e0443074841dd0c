/**
 * The state chart of cache invalidation: when what is cached may be believed.
 *
 * @module
 */

import { assign, fromCallback, fromPromise, setup } from "xstate";
import type { InvalidationChannel } from "../../services/cache/channel.ts";
import type { InvalidationContext, InvalidationEvent, InvalidationInput } from "./events.ts";
import { ANNOUNCING_LIMIT_MS, FIRST_PAUSE_MS, MAX_PAUSE_MS, SETTLE_MS, SUBSCRIBING_LIMIT_MS } from "./limits.ts";

const listen = fromCallback<InvalidationEvent, { channel: InvalidationChannel }>(({ input, sendBack }) => {
  const listening = input.channel.listen({
    subscribed: () => sendBack({ type: "SUBSCRIBED" }),
    lost: (reason) => sendBack({ type: "LOST", reason }),
  });
  return () => listening[Symbol.dispose]();
});

const watch = fromCallback<InvalidationEvent, { channel: InvalidationChannel }>(({ input, sendBack }) => {
  const watching = input.channel.onConnected(() => sendBack({ type: "CONNECTED" }));
  return () => watching[Symbol.dispose]();
});

const announce = fromPromise<void, { channel: InvalidationChannel }>(({ input }) => input.channel.announce());

const invalidationSetup = setup({
  types: {} as { context: InvalidationContext; events: InvalidationEvent; input: InvalidationInput },
  actors: { listen, watch, announce },
  delays: {
    pause: ({ context: { attempts, random } }) => Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts) * (0.5 + random() / 2),
    settle: ({ context }) => context.settleMs ?? SETTLE_MS,
    subscribingLimit: SUBSCRIBING_LIMIT_MS,
    announcingLimit: ANNOUNCING_LIMIT_MS,
  },
  actions: {
    trust: ({ context }) => context.channel.trust(),
    distrust: ({ context }) => context.channel.distrust(),
    // Bounded, because 2 to its power must stay a number.
    countAttempt: assign({ attempts: ({ context }) => Math.min(context.attempts + 1, 20) }),
    forgetAttempts: assign({ attempts: 0 }),
  },
});

/** The invalidation machine. Input: {@link InvalidationInput}; events: {@link InvalidationEvent}. */
export const invalidationMachine = invalidationSetup.createMachine({
  id: "cache",
  context: ({ input }) => ({ ...input, attempts: 0 }),
  invoke: { src: "watch", input: ({ context }) => ({ channel: context.channel }), onError: ".disconnected" },
  initial: "listening",
  states: {
    listening: {
      description: "The channel between the nodes is open, or about to be",
      invoke: { src: "listen", input: ({ context }) => ({ channel: context.channel }), onError: "disconnected" },
      on: { LOST: "disconnected" },
      initial: "connecting",
      states: {
        connecting: {
          description: "Subscribing; everything is loaded",
          after: { subscribingLimit: "#cache.disconnected" },
          on: { SUBSCRIBED: "announcing" },
        },
        announcing: {
          description: "Telling the others what they could not be told; everything is loaded",
          after: { announcingLimit: "#cache.disconnected" },
          invoke: {
            src: "announce",
            input: ({ context }) => ({ channel: context.channel }),
            onDone: "settling",
            onError: "#cache.disconnected",
          },
        },
        settling: {
          description: "Waiting for the others to do the same; everything is loaded",
          after: { settle: "subscribed" },
        },
        subscribed: {
          description: "What others change is heard: what is cached is used",
          entry: ["trust", "forgetAttempts"],
        },
      },
    },
    disconnected: {
      description: "What others change may be missed: nothing cached is used, and what is in memory is forgotten",
      entry: ["distrust", "countAttempt"],
      after: { pause: "listening" },
      on: { CONNECTED: "listening" },
    },
  },
});
