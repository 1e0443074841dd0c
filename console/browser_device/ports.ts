/**
 * What a device needs of the browser, without the browser: what stands behind these is exchanged in tests.
 *
 * @module
 */

/** Which Opus codec is at work. */
export type CodecKind = "webcodecs" | "wasm";

/** Turns frames of 16 kHz into packets. */
export interface UplinkEncoder {
  readonly kind: CodecKind;
  encode(frame: Int16Array<ArrayBuffer>): void;
  close(): void;
}

/** Turns packets into samples of 48 kHz. What cannot be decoded is left out. */
export interface DownlinkDecoder {
  readonly kind: CodecKind;
  decode(packet: Uint8Array<ArrayBuffer>): void;
  /** Packets that have been given and not come back. */
  readonly pending: number;
  close(): void;
}

/** Hears what comes of a codec. */
export interface CodecNews<T> {
  readonly done: (result: T) => void;
  /** The codec is lost; nothing comes any more. */
  readonly failed: (reason: unknown) => void;
}

/** A microphone that has been opened. */
export interface Microphone {
  /** Whether what it hears is handed on. */
  open: boolean;
  /** Gives it back to the browser. */
  close(): void;
}

/** Opens the microphone, off; each frame of 60 ms that it hears while it is on goes to `take`. Rejects with a `TroubleError`. */
export type OpenMicrophone = (take: (frame: Int16Array<ArrayBuffer>) => void) => Promise<Microphone>;

/** How playing goes. */
export interface PlaybackStats {
  readonly bufferedMs: number;
  readonly playedMs: number;
  readonly droppedMs: number;
  /** Gaps in the middle of a reply. */
  readonly underruns: number;
}

/** A loudspeaker. */
export interface Speaker {
  readonly codec: CodecKind;
  play(packet: Uint8Array<ArrayBuffer>): void;
  /** Throws away what waits to be played. */
  flush(): void;
  /** Whether everything that came has been played. */
  silent(): boolean;
  /** Of 0 to 100. */
  setVolume(volume: number): void;
  /** How loud it is at this moment, root mean square, 0 to 1 of full scale. */
  level(): number;
  close(): void;
}

/** Opens the loudspeaker; must be called from a person's gesture, or browsers keep it silent. Rejects with a `TroubleError`. */
export type OpenSpeaker = (volume: number, news: (stats: PlaybackStats) => void) => Promise<Speaker>;
