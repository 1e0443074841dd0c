/**
 * The synthesis stage: a request to `/audio/speech`, whose body streams.
 *
 * @module
 */

import type { SpeechAudio } from "../../../audio/types.ts";
import { MAX_AUDIO_BYTES } from "../http/limits.ts";
import type { Requester } from "../http/requester.ts";
import type { StageTimeouts } from "../options.ts";
import type { SpeechRequest } from "../stages.ts";
import type { Endpoint } from "./endpoint.ts";
import type { OpenAiSpeechOptions } from "./options.ts";
import { readSound } from "./sound.ts";

/** What the stage works with. */
export interface OpenAiSynthesizerOptions {
  readonly endpoint: Endpoint;
  readonly requester: Requester;
  readonly speech: Pick<OpenAiSpeechOptions, "voice" | "format" | "pcmRate">;
  readonly timeoutMs: Pick<StageTimeouts, "synthesizeFirstAudio" | "synthesizeIdle">;
}

/** Synthesis by one model of one server. */
export class OpenAiSynthesizer {
  readonly #options: OpenAiSynthesizerOptions;

  constructor(options: OpenAiSynthesizerOptions) {
    this.#options = options;
  }

  /**
   * Speaks a sentence; resolves with the first of its sound.
   *
   * @throws `StageError`; the signal's reason after an abort.
   */
  async synthesize(request: SpeechRequest, signal: AbortSignal): Promise<SpeechAudio> {
    const { requester, speech: { format, pcmRate }, timeoutMs } = this.#options;
    const answer = await requester.send({
      stage: "synthesize",
      method: "POST",
      path: "/audio/speech",
      contentType: "application/json",
      accept: "audio/*, */*;q=0.1",
      body: this.#body(request),
      timeoutMs: timeoutMs.synthesizeFirstAudio,
    }, signal);
    const bytes = async function* () {
      using _ = answer;
      yield* answer.pieces(timeoutMs.synthesizeIdle, MAX_AUDIO_BYTES);
    };
    const type = answer.response.headers.get("content-type") ?? "";
    return await readSound({ type, format, pcmRate, text: request.text }, bytes());
  }

  #body(request: SpeechRequest): string {
    const { endpoint: { model, extraBody }, speech } = this.#options;
    const voice = request.voice ?? speech.voice;
    return JSON.stringify({
      ...extraBody,
      ...(voice === "" ? {} : { voice }),
      model,
      input: request.text,
      response_format: speech.format,
    });
  }
}
