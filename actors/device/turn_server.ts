/**
 * The ESP32 server as one device uses it: a turn stays with the server that it began with, also when another one takes over meanwhile.
 *
 * @module
 */

import type { SpeechAudio, Utterance } from "../../audio/types.ts";
import type {
  ChatEvent,
  ChatRequest,
  ChatStage,
  DetectStage,
  RecognizeStage,
  SpeechRequest,
  StageOptions,
  SynthesizeStage,
  Transcript,
} from "../../services/esp32_server/stages.ts";
import type { DeviceDeps } from "./deps.ts";

type TurnStages = DetectStage & RecognizeStage & ChatStage & SynthesizeStage;

/** The stages of one session. */
export class TurnServer implements TurnStages {
  readonly #deps: Pick<DeviceDeps, "server" | "pinServer">;
  #stages: TurnStages;

  constructor(deps: Pick<DeviceDeps, "server" | "pinServer">) {
    this.#deps = deps;
    this.#stages = deps.server;
  }

  /** Stays with the server of this moment until `signal` aborts: that of a turn. */
  hold(signal: AbortSignal): void {
    const pinned = this.#deps.pinServer?.();
    if (pinned === undefined) return;
    this.#stages = pinned;
    signal.addEventListener("abort", () => {
      pinned[Symbol.dispose]();
      if (this.#stages === pinned) this.#stages = this.#deps.server;
    }, { once: true });
  }

  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    return this.#stages.detectSpeech(utterance, options);
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    return this.#stages.recognize(utterance, options);
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#stages.chat(request, options);
  }

  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    return this.#stages.synthesize(request, options);
  }
}
