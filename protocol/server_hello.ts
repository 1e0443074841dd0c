/**
 * The server's hello: sent exactly once, at once, and always with a transport, because firmware that finds none dereferences a null
 * pointer and reboots (`main/protocols/websocket_protocol.cc` 225-228).
 *
 * @module
 */

import { z } from "zod";
import { type AudioParams, audioParamsSchema, audioParamsToWire, DOWNLINK_DEFAULTS } from "./audio_params.ts";
import { ProtocolError } from "./protocol_error.ts";
import { type ProtocolVersion, protocolVersion } from "./version.ts";
import { defined, optionalString } from "./wire.ts";

/** The server's hello. */
export interface ServerHello {
  readonly type: "hello";
  /** `websocket` in every hello that {@link serverHello} makes. */
  readonly transport: string;
  readonly version: ProtocolVersion;
  readonly sessionId?: string;
  readonly audioParams: AudioParams;
}

/** Rates, in Hz, that a device's Opus decoder can be opened with. */
export const DOWNLINK_SAMPLE_RATES: readonly number[] = [8_000, 12_000, 16_000, 24_000, 48_000];

/** Packet durations, in milliseconds, that every device and the browser test page can play. */
export const DOWNLINK_FRAME_DURATIONS: readonly number[] = [20, 40, 60];

/** What goes into a server's hello. */
export interface ServerHelloOptions {
  readonly sessionId: string;
  /** Hz; one of {@link DOWNLINK_SAMPLE_RATES}. */
  readonly sampleRate: number;
  /** Milliseconds; one of {@link DOWNLINK_FRAME_DURATIONS}. */
  readonly frameDuration: number;
  /** Framing version agreed on; 1 when absent. */
  readonly version?: ProtocolVersion;
}

/**
 * Makes the server's hello.
 *
 * @throws {ProtocolError} `unsupported_sample_rate`, `unsupported_frame_duration`: the device would play silence.
 */
export function serverHello(options: ServerHelloOptions): ServerHello {
  const { sessionId, sampleRate, frameDuration, version = 1 } = options;
  if (!DOWNLINK_SAMPLE_RATES.includes(sampleRate)) {
    throw new ProtocolError(
      "unsupported_sample_rate",
      `Downlink sample rate ${sampleRate} is not one of ${DOWNLINK_SAMPLE_RATES.join(", ")}`,
    );
  }
  if (!DOWNLINK_FRAME_DURATIONS.includes(frameDuration)) {
    const allowed = DOWNLINK_FRAME_DURATIONS.join(", ");
    throw new ProtocolError("unsupported_frame_duration", `Downlink frame duration ${frameDuration} ms is not one of ${allowed}`);
  }
  return {
    type: "hello",
    transport: "websocket",
    version,
    sessionId,
    audioParams: { format: "opus", sampleRate, channels: 1, frameDuration },
  };
}

/** The server's hello on the wire; `transport` is the one member that a device cannot do without. */
export const serverHelloSchema: z.ZodType<ServerHello> = z.object({
  type: z.literal("hello"),
  transport: z.string(),
  version: z.number().nullish(),
  session_id: optionalString,
  audio_params: audioParamsSchema(DOWNLINK_DEFAULTS).optional(),
}).transform((wire) =>
  defined({
    type: wire.type,
    transport: wire.transport,
    version: protocolVersion(wire.version ?? 1),
    sessionId: wire.session_id,
    audioParams: wire.audio_params ?? DOWNLINK_DEFAULTS,
  })
);

/** The wire form of a server's hello. */
export function serverHelloToWire(hello: ServerHello): object {
  return defined({
    type: hello.type,
    transport: hello.transport,
    version: hello.version,
    session_id: hello.sessionId,
    audio_params: audioParamsToWire(hello.audioParams),
  });
}
