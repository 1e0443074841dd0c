/**
 * The texts of a device, built as the firmware builds them (78/xiaozhi-esp32 main/protocols/protocol.cc): member for member, in its order.
 * They are not built with `protocol/`, whose writer escapes what the firmware does not.
 *
 * @module
 */

import type { ListenMode } from "../../protocol/mod.ts";
import type { FirmwareProfile } from "./profile.ts";

/** The device's hello. Firmware that is no MCP server names no features. */
export function helloText(profile: FirmwareProfile, version: number, aec: boolean): string {
  const features = { ...(aec ? { aec: true } : {}), mcp: true, ...(profile.glyphPush ? { glyph_push: false } : {}) };
  return JSON.stringify({
    type: "hello",
    version,
    ...(profile.mcp ? { features } : {}),
    transport: "websocket",
    audio_params: { format: "opus", sample_rate: 16_000, channels: 1, frame_duration: 60 },
  });
}

/** The microphone is on. */
export function listenStartText(sessionId: string, mode: ListenMode): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "start", mode });
}

/** The button was released. */
export function listenStopText(sessionId: string): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "stop" });
}

/** A wake word was heard. The word is not escaped, so a quotation mark in it makes invalid JSON, as on a device. */
export function detectText(sessionId: string, word: string): string {
  return `{"session_id":"${sessionId}","type":"listen","state":"detect","text":"${word}"}`;
}

/** Text typed by a person, in the form that web clients use. */
export function typedText(sessionId: string, text: string): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "detect", text });
}

/** The person interrupts the answer. */
export function abortText(sessionId: string, reason?: "wake_word_detected"): string {
  return JSON.stringify({ session_id: sessionId, type: "abort", ...(reason === undefined ? {} : { reason }) });
}

/** An MCP answer; `payload` is JSON text that is not checked, as in the firmware. */
export function mcpText(sessionId: string, payload: string): string {
  return `{"session_id":"${sessionId}","type":"mcp","payload":${payload}}`;
}

/** The descriptors with which firmware before MCP introduces its parts, one message each. */
export function iotDescriptorTexts(sessionId: string): string[] {
  const descriptor = {
    name: "Speaker",
    description: "Loudspeaker",
    properties: { volume: { description: "Volume", type: "number" } },
    methods: { SetVolume: { description: "Sets the volume", parameters: { volume: { description: "0 to 100", type: "number" } } } },
  };
  return [JSON.stringify({ session_id: sessionId, type: "iot", update: true, descriptors: [descriptor] })];
}
