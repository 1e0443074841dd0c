/**
 * Generators of valid messages, for property tests.
 *
 * @module
 */

import fc from "fast-check";
import {
  type DeviceHello,
  type KnownDeviceMessage,
  type KnownServerMessage,
  LISTEN_MODES,
  LISTEN_STATES,
  type ProtocolVersion,
} from "../../protocol/mod.ts";

/** Text as people and devices write it: any well-formed string. */
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const session = text;
const optional = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.option(value, { nil: undefined }).map((item) => item === undefined ? {} : { [key]: item });
const merged = <A extends object, B extends object>(a: A, b: fc.Arbitrary<B>): fc.Arbitrary<A & B> =>
  b.map((extra) => ({ ...a, ...extra }));

/** A framing version. */
export const version: fc.Arbitrary<ProtocolVersion> = fc.constantFrom(1, 2, 3);

const audioParams = fc.record({
  format: fc.constant("opus"),
  sampleRate: fc.constantFrom(8000, 16000, 24000),
  channels: fc.constantFrom(1, 2),
  frameDuration: fc.constantFrom(20, 40, 60),
}, { noNullPrototype: true });

/** JSON objects as payloads; -0 is left out because JSON reads it back as 0. */
export const payload: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  text.filter((key) => key !== "__proto__"),
  fc.jsonValue({ maxDepth: 4 }),
  { maxKeys: 4 },
).map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

/** A device's hello. */
export const deviceHello: fc.Arbitrary<DeviceHello> = fc.record({
  type: fc.constant("hello" as const),
  version,
  features: fc.record({ mcp: fc.boolean(), aec: fc.boolean(), glyphPush: fc.boolean() }, { noNullPrototype: true }),
  transport: text,
  audioParams,
}, { noNullPrototype: true });

/** Any message that a device sends. */
export const deviceMessage: fc.Arbitrary<KnownDeviceMessage> = fc.oneof(
  deviceHello,
  fc.tuple(fc.constantFrom(...LISTEN_STATES), optional("mode", fc.constantFrom(...LISTEN_MODES)), optional("text", text), session)
    .map(([state, mode, words, sessionId]) => ({ type: "listen" as const, state, ...mode, ...words, sessionId })),
  fc.tuple(optional("reason", text), session).map(([reason, sessionId]) => ({ type: "abort" as const, ...reason, sessionId })),
  fc.tuple(payload, session).map(([body, sessionId]) => ({ type: "mcp" as const, payload: body, sessionId })),
  fc.tuple(optional("states", fc.array(payload, { maxLength: 2 })), fc.boolean(), session)
    .map(([states, update, sessionId]) => ({ type: "iot" as const, ...states, update, sessionId })),
  session.map((sessionId) => ({ type: "goodbye" as const, sessionId })),
  session.map((sessionId) => ({ type: "ping" as const, sessionId })),
);

/** Any message that a server sends. */
export const serverMessage: fc.Arbitrary<KnownServerMessage> = optional("sessionId", session).chain((id) =>
  fc.oneof<fc.Arbitrary<KnownServerMessage>[]>(
    fc.tuple(version, audioParams).map(([v, params]) => ({
      type: "hello",
      transport: "websocket",
      version: v,
      audioParams: params,
      ...id,
    })),
    text.map((words) => ({ type: "stt", text: words, ...id })),
    merged({ type: "llm" as const, emotion: "happy", ...id }, optional("text", text)),
    fc.constantFrom("start" as const, "stop" as const).map((state) => ({ type: "tts", state, ...id })),
    text.map((words) => ({ type: "tts", state: "sentence_start", text: words, ...id })),
    merged({ type: "tts" as const, state: "sentence_end" as const, ...id }, optional("text", text)),
    payload.map((body) => ({ type: "mcp", payload: body, ...id })),
    fc.constant({ type: "system", command: "reboot", ...id }),
    fc.tuple(text, text, text).map(([status, message, emotion]) => ({ type: "alert", status, message, emotion, ...id })),
    payload.map((body) => ({ type: "custom", payload: body, ...id })),
    fc.array(payload, { maxLength: 2 }).map((commands) => ({ type: "iot", commands, ...id })),
    fc.nat().map((timestamp) => ({ type: "pong", timestamp, ...id })),
    fc.constant({ type: "goodbye", ...id }),
  )
);
