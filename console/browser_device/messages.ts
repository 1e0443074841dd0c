/**
 * What a device says, as the firmware words it (78/xiaozhi-esp32 main/protocols/protocol.cc).
 *
 * @module
 */

import type { ListenMode } from "../../protocol/listen.ts";
import { FRAME_MS, UPLINK_RATE } from "./format.ts";

/** The hello: raw packets, and tools by MCP. */
export function helloText(): string {
  return JSON.stringify({
    type: "hello",
    version: 1,
    features: { mcp: true },
    transport: "websocket",
    audio_params: { format: "opus", sample_rate: UPLINK_RATE, channels: 1, frame_duration: FRAME_MS },
  });
}

/** The microphone is on. */
export function listenStart(sessionId: string, mode: ListenMode): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "start", mode });
}

/** The button came up. */
export function listenStop(sessionId: string): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "stop" });
}

/** A wake word, or a text that was typed: servers tell them apart by their list of wake words. */
export function detect(sessionId: string, text: string): string {
  return JSON.stringify({ session_id: sessionId, type: "listen", state: "detect", text });
}

/** The person interrupts. */
export function abort(sessionId: string, reason?: "wake_word_detected"): string {
  return JSON.stringify({ session_id: sessionId, type: "abort", ...(reason === undefined ? {} : { reason }) });
}

/** An answer by MCP. */
export function mcp(sessionId: string, payload: object): string {
  return JSON.stringify({ session_id: sessionId, type: "mcp", payload });
}
