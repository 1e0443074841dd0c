/**
 * Packets, a decoder and a VAD whose every answer a test can foresee: a packet holds one level, the decoder makes it a constant, and the
 * VAD takes the mean of a window for its probability.
 *
 * @module
 */

import { AudioError } from "../../../audio/errors.ts";
import type { OpusDecoder } from "../../../audio/opus/codec.ts";
import { packetSamples } from "../../../audio/toc.ts";
import type { Utterance } from "../../../audio/types.ts";
import type { UplinkEvent } from "../../../audio/uplink/events.ts";
import type { Rhythm } from "../../../audio/uplink/rhythm.ts";
import { Uplink, type UplinkMode, type UplinkOptions } from "../../../audio/uplink/uplink.ts";
import type { VadEngine, VadListener, VadStream } from "../../../audio/vad/engine.ts";

/** First bytes of SILK packets by duration in milliseconds (RFC 6716 table 2). */
const TOC: Readonly<Record<number, number>> = { 10: 0, 20: 8, 40: 16, 60: 24 };

/** Sample value of probability 1. */
const FULL = 10_000;

/** A packet whose windows get probability `level` / 100. */
export function packet(level: number, ms = 60): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(TOC[ms] ?? 24, level, 0, 0, 0, 0);
}

/** A packet that says nothing but its duration. */
export function dtx(ms = 60): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(TOC[ms] ?? 24);
}

/** A packet that has an Opus head and is refused by the decoder. */
export function garbage(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(24, 255, 255, 255);
}

/** So many milliseconds of one level, in packets of 60 ms. */
export function stretch(level: number, ms: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: ms / 60 }, () => packet(level));
}

/** A decoder of the packets made here, which counts those in use. */
export class FakeDecoders {
  made = 0;
  open = 0;
  decoded = 0;

  readonly make = (): OpusDecoder => {
    this.made++;
    this.open++;
    return {
      decode: (bytes) => {
        if (bytes[1] === 255) throw new AudioError("Opus packet is garbage", { code: "opus_undecodable" });
        this.decoded++;
        return new Int16Array(packetSamples(bytes, 16_000)).fill(((bytes[1] ?? 0) * FULL) / 100);
      },
      [Symbol.dispose]: () => void this.open--,
    };
  };
}

/** A VAD that answers when the test says so. */
export class FakeVad implements VadEngine {
  readonly name = "fake";
  readonly windowSamples = 512;
  opened = 0;
  streams = new Set<FakeVadStream>();
  pushed = 0;

  open(listener: VadListener, onError: (error: unknown) => void): VadStream {
    this.opened++;
    const stream = new FakeVadStream(this, listener, onError);
    this.streams.add(stream);
    return stream;
  }

  /** Answers up to `windows` windows of every stream, all by default. */
  answer(windows = Infinity): void {
    for (const stream of [...this.streams]) stream.answer(windows);
  }

  /** Fails every stream. */
  fail(error: unknown): void {
    for (const stream of [...this.streams]) stream.fail(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

class FakeVadStream implements VadStream {
  #samples: number[] = [];
  #answered = 0;
  constructor(readonly engine: FakeVad, readonly listener: VadListener, readonly onError: (error: unknown) => void) {}

  push(samples: Int16Array<ArrayBuffer>): void {
    this.engine.pushed += samples.length;
    for (const sample of samples) this.#samples.push(sample);
  }

  answer(windows: number): void {
    for (let done = 0; done < windows && this.#samples.length >= 512 && this.engine.streams.has(this); done++) {
      const window = this.#samples.splice(0, 512);
      this.#answered += 512;
      this.listener({ probability: window.reduce((sum, sample) => sum + sample, 0) / 512 / FULL, endSample: this.#answered });
    }
  }

  fail(error: unknown): void {
    this[Symbol.dispose]();
    this.onError(error);
  }

  reset(): void {
    this.#samples = [];
    this.#answered = 0;
  }

  [Symbol.dispose](): void {
    this.engine.streams.delete(this);
  }
}

type WithUtterance = Extract<UplinkEvent, { utterance: Utterance }>;

/** An event without what depends on when audio and answers arrived. */
type Told =
  | Exclude<UplinkEvent, WithUtterance | { type: "speech_started" }>
  | { type: "speech_started"; atMs: number }
  | { type: WithUtterance["type"]; utterance: PlainUtterance };

/** An uplink on the fakes and what it reported. */
export class Rig implements Disposable {
  readonly decoders = new FakeDecoders();
  readonly vad = new FakeVad();
  readonly events: UplinkEvent[] = [];
  readonly uplink: Uplink;
  /** Called with each event, after it was noted. */
  onEvent: (event: UplinkEvent) => void = () => {};

  constructor(tuning: UplinkOptions["tuning"] = {}, rhythm?: Rhythm, decodeAhead = false) {
    this.uplink = new Uplink({
      newDecoder: this.decoders.make,
      vad: this.vad,
      tuning,
      ...(rhythm === undefined ? {} : { rhythm }),
      decodeAhead,
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  listen(mode: UplinkMode): void {
    this.uplink.listen(mode);
  }

  /** Pushes packets, the VAD answering after each. */
  paced(packets: readonly Uint8Array<ArrayBuffer>[]): void {
    for (const bytes of packets) {
      this.uplink.push(bytes);
      this.vad.answer();
    }
  }

  /** Pushes packets at once; the VAD answers after the last. */
  burst(packets: readonly Uint8Array<ArrayBuffer>[]): void {
    for (const bytes of packets) this.uplink.push(bytes);
    this.vad.answer();
  }

  /** The types of the events so far; pauses, which may occur anywhere within speech, are left out. */
  get types(): string[] {
    return this.events.map((event) => event.type).filter((type) => type !== "speech_paused" && type !== "speech_resumed");
  }

  /** Events with everything of an utterance that can be compared. */
  get told(): Told[] {
    return this.events.map((event) => {
      if ("utterance" in event) return { type: event.type, utterance: plain(event.utterance) };
      return event.type === "speech_started" ? { type: event.type, atMs: event.atMs } : event;
    });
  }

  /** The utterances so far. */
  get utterances(): Utterance[] {
    return this.events.flatMap((event) => event.type === "speech_ended" ? [event.utterance] : []);
  }

  [Symbol.dispose](): void {
    this.uplink[Symbol.dispose]();
  }
}

/** An utterance as values; of its samples, those that differ from the one before. */
export type PlainUtterance = Omit<Utterance, "pcm" | "packets"> & { readonly pcm: number[]; readonly packets: number[][] };

function plain(utterance: Utterance): PlainUtterance {
  const { pcm, packets, ...rest } = utterance;
  return { ...rest, pcm: [...pcm()].filter((value, index, all) => value !== all[index - 1]), packets: packets.map((bytes) => [...bytes]) };
}
