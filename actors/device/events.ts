/**
 * What a device actor can be told. Audio frames are not among it: they flow beside the mailbox.
 *
 * @module
 */

import type { Utterance } from "../../audio/types.ts";
import type { ListenMode } from "../../protocol/mod.ts";

/** From the device, by way of its link. */
export type DeviceEvent =
  | { readonly type: "HELLO" }
  | { readonly type: "LISTEN_START"; readonly mode: ListenMode }
  | { readonly type: "LISTEN_STOP" }
  /** A wake word was heard. */
  | { readonly type: "WAKE"; readonly text: string }
  /** The person typed instead of speaking. */
  | { readonly type: "TEXT"; readonly text: string }
  | { readonly type: "ABORT" }
  | { readonly type: "LINK_CLOSED"; readonly reason: string };

/** From the uplink, at the edges of speech. */
export type SpeechEvent =
  /** It began `agoMs` milliseconds of audio before the newest audio. */
  | { readonly type: "SPEECH_STARTED"; readonly agoMs: number }
  /** The speech in it ended `agoMs` milliseconds of audio before the newest audio. */
  | { readonly type: "SPEECH_ENDED"; readonly utterance: Utterance; readonly agoMs: number }
  /** The person has fallen silent, and may be done. */
  | { readonly type: "SPEECH_PAUSED"; readonly utterance: Utterance }
  /** The person was not done. */
  | { readonly type: "SPEECH_RESUMED" }
  /** No frame came for a while although the microphone should be on. */
  | { readonly type: "MIC_SILENT" }
  /** The VAD failed: the device cannot be heard any more. */
  | { readonly type: "VAD_FAILED" };

/** From a reply under way. A reply of another turn is ignored. */
export type ReplyEvent =
  | { readonly type: "REPLY_HEARD"; readonly turnId: string }
  | { readonly type: "REPLY_ENDED"; readonly turnId: string };

/** From the owner of the actor. */
export type OwnerEvent =
  | { readonly type: "STOP"; readonly reason: "shutdown" | "replaced" | "disconnected" }
  /** The process is about to end: what is being said may be said to the end of its sentence, and nothing new begins. */
  | { readonly type: "DRAIN" }
  /** Something is to be said to the person without having been asked for; with `interrupt` also when the device is busy. */
  | { readonly type: "SAY"; readonly text: string; readonly turnId: string; readonly interrupt: boolean };

/** Everything that a device actor can be told. */
export type DeviceActorEvent = DeviceEvent | SpeechEvent | ReplyEvent | OwnerEvent;
