/**
 * The recognition stage: an upload to `/audio/transcriptions`.
 *
 * @module
 */

import type { Utterance } from "../../../audio/types.ts";
import { MAX_JSON_BYTES } from "../http/limits.ts";
import type { Requester } from "../http/requester.ts";
import { utteranceBody } from "../http/utterance_body.ts";
import type { Transcript } from "../stages.ts";
import { isPage, pageInstead, textOf } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { readTranscript } from "./transcript.ts";

/** What the stage works with. */
export interface OpenAiRecognizerOptions {
  readonly endpoint: Endpoint;
  readonly requester: Requester;
  readonly audioFormat: "wav" | "ogg";
  readonly timeoutMs: number;
}

/** Shorter sound holds no word, and OpenAI refuses it (`audio_too_short`). */
const MIN_MS = 100;

/** Recognition by one model of one server. */
export class OpenAiRecognizer {
  readonly #options: OpenAiRecognizerOptions;

  constructor(options: OpenAiRecognizerOptions) {
    this.#options = options;
  }

  /**
   * Recognises an utterance.
   *
   * @throws `StageError`; the signal's reason after an abort.
   */
  async recognize(utterance: Utterance, language: string, signal: AbortSignal): Promise<Transcript> {
    signal.throwIfAborted();
    if (utterance.durationMs < MIN_MS) return { text: "" };
    const { endpoint, requester, timeoutMs } = this.#options;
    using answer = await requester.send({
      stage: "recognize",
      method: "POST",
      path: "/audio/transcriptions",
      accept: "application/json, text/plain;q=0.9",
      body: this.#form(utterance, language),
      timeoutMs,
    }, signal);
    const text = await textOf(answer, MAX_JSON_BYTES);
    if (isPage(answer.response.headers.get("content-type") ?? "", text)) throw pageInstead("recognize", endpoint);
    return readTranscript(text);
  }

  #form(utterance: Utterance, language: string): FormData {
    const { endpoint: { model, extraBody }, audioFormat } = this.#options;
    const { body, contentType } = utteranceBody(utterance, audioFormat);
    const form = new FormData();
    const hint = hintOf(language);
    for (
      const [name, value] of Object.entries({ response_format: "json", ...(hint === "" ? {} : { language: hint }), ...extraBody, model })
    ) {
      form.append(name, typeof value === "string" ? value : JSON.stringify(value));
    }
    // Some servers tell the format by the name alone.
    form.append("file", new Blob([body], { type: contentType }), contentType === "audio/ogg" ? "utterance.ogg" : "utterance.wav");
    return form;
  }
}

/** The ISO 639 code that the API wants, from BCP 47; empty where the language is not known beforehand. */
function hintOf(language: string): string {
  const [code = ""] = language.toLowerCase().split(/[-_]/);
  return /^[a-z]{2,3}$/.test(code) && code !== "und" ? code : "";
}
