/**
 * The server's hello as the firmware reads it (78/xiaozhi-esp32 main/protocols/websocket_protocol.cc).
 *
 * @module
 */

import type { ViolationLog } from "./violations.ts";

/** Rates that an Opus decoder can be opened with. */
const RATES = [8000, 12000, 16000, 24000, 48000];

/** Frame durations that the device's decoder can be opened with (main/audio/audio_service.h). */
const DURATIONS = [5, 10, 20, 40, 60, 80, 100, 120];

/** What a device keeps of a hello; absent members leave the value of before. */
export interface HelloValues {
  readonly sessionId?: string;
  readonly sampleRate?: number;
  readonly frameMs?: number;
}

/** What a hello does to the device. */
export type HelloEffect = { readonly kind: "crash" } | { readonly kind: "ignored" } | {
  readonly kind: "accepted";
  readonly values: HelloValues;
};

/** Reads the JSON of a hello and records what is wrong with it. */
export function checkServerHello(hello: Readonly<Record<string, unknown>>, violations: ViolationLog): HelloEffect {
  const { transport, session_id: sessionId } = hello;
  if (typeof transport !== "string") {
    violations.add("hello_without_transport", `Hello has transport ${JSON.stringify(transport)}; the firmware dereferences a null pointer`);
    return { kind: "crash" };
  }
  if (transport !== "websocket") {
    violations.add("hello_wrong_transport", `Hello has transport "${transport}"; the device waits on for "websocket"`);
    return { kind: "ignored" };
  }
  const params = hello.audio_params;
  const { sample_rate: rate, frame_duration: frameMs } = (typeof params === "object" && params !== null ? params : {}) as Record<
    string,
    unknown
  >;
  checkNumber("sample_rate", rate, RATES, violations);
  checkNumber("frame_duration", frameMs, DURATIONS, violations);
  return {
    kind: "accepted",
    values: {
      ...(typeof sessionId === "string" ? { sessionId } : {}),
      ...(typeof rate === "number" ? { sampleRate: rate } : {}),
      ...(typeof frameMs === "number" ? { frameMs } : {}),
    },
  };
}

function checkNumber(name: string, value: unknown, allowed: readonly number[], violations: ViolationLog): void {
  if (value === undefined || (typeof value === "number" && allowed.includes(value))) return;
  violations.add("hello_audio_params", `Hello has ${name} ${JSON.stringify(value)}; one of ${allowed.join(", ")} would be right`);
}
