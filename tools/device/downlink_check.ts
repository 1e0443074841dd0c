/**
 * Binary messages from the server: exactly one packet, of the announced duration.
 *
 * @module
 */

import { packetDurationMs } from "../../audio/toc.ts";
import { audioHeaderBytes, decodeAudioFrame, type ProtocolVersion } from "../../protocol/mod.ts";
import type { ViolationLog } from "./violations.ts";

/** A packet that the device can play. */
export interface DownlinkPacket {
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly timestamp: number;
}

/** Takes the packet out of a binary message; undefined where the device could not play it, which is recorded. */
export function checkDownlink(
  data: Uint8Array<ArrayBuffer>,
  version: ProtocolVersion,
  frameMs: number,
  violations: ViolationLog,
): DownlinkPacket | undefined {
  const frame = decodeAudioFrame(version, data, Infinity);
  if (!frame.ok) {
    violations.add("binary_framing", frame.error.message);
    return undefined;
  }
  const { packet, timestampMs } = frame;
  const surplus = data.length - audioHeaderBytes(version) - packet.length;
  if (surplus > 0) {
    violations.add(
      "binary_framing",
      `Binary message holds ${surplus} bytes after its payload of ${packet.length}; one packet a message is right`,
    );
    return undefined;
  }
  const duration = packetDurationMs(packet);
  if (duration === 0) {
    violations.add("packet_undecodable", `Packet of ${packet.length} bytes is no Opus packet`);
    return undefined;
  }
  if (duration !== frameMs) {
    violations.add("packet_duration", `Packet lasts ${duration} ms, but the hello announced ${frameMs}`);
    return undefined;
  }
  return { packet, timestamp: timestampMs };
}
