/**
 * The device's hello: its first message, with defaults for clients that leave members out (firmware up to 1.6.2 has no `features`, the
 * browser test page neither version, transport nor audio parameters).
 *
 * @module
 */

import { z } from "zod";
import { type AudioParams, audioParamsSchema, audioParamsToWire, UPLINK_DEFAULTS } from "./audio_params.ts";
import { type ProtocolVersion, protocolVersion } from "./version.ts";

/** What a device says it can do; what it does not mention it cannot. */
export interface DeviceFeatures {
  /** It answers MCP. */
  readonly mcp: boolean;
  /** It wants the server to cancel echo, and timestamps its frames. */
  readonly aec: boolean;
  /** It accepts glyphs of characters that its font lacks. */
  readonly glyphPush: boolean;
}

/** The device's hello, complete. */
export interface DeviceHello {
  readonly type: "hello";
  readonly version: ProtocolVersion;
  readonly features: DeviceFeatures;
  /** `websocket` from every device on a WebSocket. */
  readonly transport: string;
  readonly audioParams: AudioParams;
}

const flag = z.boolean().nullish();

/** The device's hello on the wire. */
export const deviceHelloSchema: z.ZodType<DeviceHello> = z.object({
  type: z.literal("hello"),
  // Firmware takes any value but 2 and 3 for version 1.
  version: z.number().nullish().catch(null),
  features: z.object({ mcp: flag, aec: flag, glyph_push: flag }).nullish(),
  transport: z.string().nullish(),
  audio_params: audioParamsSchema(UPLINK_DEFAULTS).optional(),
}).transform((wire) => ({
  type: wire.type,
  version: protocolVersion(wire.version ?? 1),
  features: { mcp: wire.features?.mcp ?? false, aec: wire.features?.aec ?? false, glyphPush: wire.features?.glyph_push ?? false },
  transport: wire.transport ?? "websocket",
  audioParams: wire.audio_params ?? UPLINK_DEFAULTS,
}));

/** The wire form of a device's hello. Firmware names `aec` only where it is on, and so does this. */
export function deviceHelloToWire(hello: DeviceHello): object {
  const { mcp, aec, glyphPush } = hello.features;
  return {
    type: hello.type,
    version: hello.version,
    features: { mcp, ...(aec ? { aec } : {}), ...(glyphPush ? { glyph_push: glyphPush } : {}) },
    transport: hello.transport,
    audio_params: audioParamsToWire(hello.audioParams),
  };
}
