/**
 * Examples for the API's document.
 *
 * @module
 */

const STARTED = 1_767_254_400_000;

/** A session. */
export const sessionExample = {
  sessionId: "5f6e0c2e-8f0e-4a86-a4a5-3f3a4ac6d3c2",
  deviceId: "11:22:33:aa:bb:cc",
  clientId: "7b94d69a-9808-4c59-9c9b-704333b38aff",
  startedAt: STARTED,
  endedAt: STARTED + 60_000,
  endReason: "idle",
  title: "Weather",
  turns: 1,
  opening: "今天天气怎么样？",
};

/** A turn. */
export const turnExample = {
  turnId: "01K0000000000000000000000A",
  sessionId: sessionExample.sessionId,
  deviceId: sessionExample.deviceId,
  startedAt: STARTED,
  source: "speech",
  userText: "今天天气怎么样？",
  outcome: "completed",
  replyText: "今天晴。",
  heardText: "今天晴。",
  heardMs: 1200,
  endedAt: STARTED + 4000,
  timings: { speechEndMs: 1000, firstFrameMs: 1450 },
  sentences: [{ text: "今天晴。", startMs: 0, heardMs: 1200 }],
  audio: { user: "/api/turns/01K0000000000000000000000A/audio/user" },
} as const;

/** A device. */
export const deviceExample = {
  deviceId: sessionExample.deviceId,
  clientId: sessionExample.clientId,
  firstSeenAt: STARTED - 86_400_000,
  lastSeenAt: STARTED,
  online: true,
  state: "listening",
  sessionId: sessionExample.sessionId,
  connectedAt: STARTED,
  firmware: "2.4.2",
  board: "bread-compact-wifi",
  name: "Kitchen",
  flags: {},
  retention: { days: 0, source: "default" },
} as const;

/** What was erased. */
export const erasedExample = { turns: 12, sessions: 3, audioFiles: 24 };
