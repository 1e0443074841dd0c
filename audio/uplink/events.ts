/**
 * What the uplink tells its owner.
 *
 * @module
 */

import type { Utterance } from "../types.ts";

/** A milestone of the uplink. Handlers may call any method of the uplink; they must not throw. */
export type UplinkEvent =
  /** Speech is certain (`minSpeechMs` of it). It began `atMs` milliseconds of audio after `listen()`, `agoMs` before the newest audio. Always followed by `speech_ended`, unless the owner listens anew, pauses, or the VAD fails. */
  | { readonly type: "speech_started"; readonly atMs: number; readonly agoMs: number }
  /**
   * The person has fallen silent, and the utterance so far is complete if they do not go on. Always followed by `speech_resumed` or
   * `speech_ended`, save where `speech_started` says so; an utterance that then ended has the same speech and more silence.
   */
  | { readonly type: "speech_paused"; readonly utterance: Utterance }
  /** The person goes on after `speech_paused`. */
  | { readonly type: "speech_resumed" }
  /** An utterance is complete. Its speech ended `agoMs` milliseconds of audio before the newest audio; a late VAD makes that more than the silence. */
  | { readonly type: "speech_ended"; readonly utterance: Utterance; readonly agoMs: number }
  /** Something was too short to be speech; no `speech_started` was reported for it. */
  | { readonly type: "speech_discarded" }
  /** A packet was dropped because it is no Opus; the last `consecutive` packets with audio in them were all like that. */
  | { readonly type: "undecodable"; readonly consecutive: number }
  /** The VAD failed, or there was no decoder to be had for it. The uplink is paused; `listen()` opens a new VAD stream. */
  | { readonly type: "vad_failed"; readonly error: unknown };

/** Counts since the uplink was made, and its present state. */
export interface UplinkStats {
  /** Whether packets are taken in now. */
  readonly listening: boolean;
  /** Packets pushed, of all kinds. */
  readonly packets: number;
  /** Packets that came while not listening. */
  readonly ignored: number;
  /** Packets of 1 to 3 bytes, taken as silence. */
  readonly dtx: number;
  /** Empty packets. */
  readonly empty: number;
  /** Packets that are no Opus. */
  readonly undecodable: number;
  /** Utterances reported. */
  readonly utterances: number;
  /** Stretches too short to be speech. */
  readonly discarded: number;
  /** Milliseconds of audio held: pre-roll, utterance under way and what waits for the VAD. */
  readonly bufferedMs: number;
  /** Milliseconds of audio that wait for the VAD. */
  readonly vadLagMs: number;
  /** Milliseconds of silence that end an utterance now, as the person's rhythm has it. */
  readonly silenceMs: number;
}
