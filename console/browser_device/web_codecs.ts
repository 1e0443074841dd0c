/**
 * Opus by WebCodecs, which browsers have on secure pages alone, and not all of them.
 *
 * @module
 */

import type { Clock } from "../../base/clock.ts";
import { DOWNLINK_RATE, FRAME_MS, UPLINK_BITRATE, UPLINK_RATE } from "./format.ts";
import type { CodecNews, DownlinkDecoder, UplinkEncoder } from "./ports.ts";

/** Raw packets of one frame each. Without DTX: browsers leave such packets out, and time on the wire is counted in packets. */
const ENCODER = {
  codec: "opus",
  sampleRate: UPLINK_RATE,
  numberOfChannels: 1,
  bitrate: UPLINK_BITRATE,
  opus: { format: "opus", application: "voip", frameDuration: FRAME_MS * 1000 },
} as const satisfies AudioEncoderConfig & { readonly opus: OpusEncoderConfig & { readonly application: "voip" } };

const DECODER: AudioDecoderConfig = { codec: "opus", sampleRate: DOWNLINK_RATE, numberOfChannels: 1 };

/** The browser's encoder; undefined where it has none for these packets. */
export async function openWebCodecsEncoder(clock: Clock, news: CodecNews<Uint8Array<ArrayBuffer>>): Promise<UplinkEncoder | undefined> {
  if (typeof AudioEncoder === "undefined" || !await supports(() => AudioEncoder.isConfigSupported(ENCODER))) return undefined;
  const encoder = new AudioEncoder({
    output(chunk) {
      const packet = new Uint8Array(chunk.byteLength);
      chunk.copyTo(packet);
      news.done(packet);
    },
    error: news.failed,
  });
  encoder.configure(ENCODER);
  const startedAt = clock.now();
  let frames = 0;
  return {
    kind: "webcodecs",
    encode(data) {
      if (encoder.state !== "configured") return;
      const timestamp = Math.round(startedAt * 1000) + frames++ * FRAME_MS * 1000;
      const audio = new AudioData({
        format: "s16",
        sampleRate: UPLINK_RATE,
        numberOfChannels: 1,
        numberOfFrames: data.length,
        timestamp,
        data,
      });
      encoder.encode(audio);
      audio.close();
    },
    close: () => close(encoder),
  };
}

/** The browser's decoder; undefined where it has none. */
export async function openWebCodecsDecoder(news: CodecNews<Float32Array<ArrayBuffer>>): Promise<DownlinkDecoder | undefined> {
  if (typeof AudioDecoder === "undefined" || !await supports(() => AudioDecoder.isConfigSupported(DECODER))) return undefined;
  let decoder: AudioDecoder | undefined;
  let timestamp = 0;
  let pending = 0;
  const open = (): AudioDecoder => {
    const opened = new AudioDecoder({
      output(audio) {
        pending = Math.max(0, pending - 1);
        const samples = new Float32Array(audio.numberOfFrames);
        audio.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
        audio.close();
        news.done(samples);
      },
      // A packet that is none ends the decoder; the next one begins another.
      error: () => {
        if (decoder === opened) decoder = undefined;
        pending = 0;
      },
    });
    opened.configure(DECODER);
    return opened;
  };
  return {
    kind: "webcodecs",
    get pending() {
      return pending;
    },
    decode(data) {
      decoder ??= open();
      pending++;
      timestamp += FRAME_MS * 1000;
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data }));
    },
    close() {
      if (decoder !== undefined) close(decoder);
    },
  };
}

async function supports(ask: () => Promise<{ readonly supported?: boolean }>): Promise<boolean> {
  try {
    return (await ask()).supported === true;
  } catch {
    return false;
  }
}

function close(codec: AudioEncoder | AudioDecoder): void {
  if (codec.state !== "closed") codec.close();
}
