/**
 * The stages done by this process.
 *
 * @module
 */

import type { Clock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import type { Esp32ServerDeps, Esp32ServerOptions } from "../options.ts";
import type { ChatEvent, ChatRequest, Esp32Server, RemoteRecord, SpeechRequest, StageHealth, StageOptions, Transcript } from "../stages.ts";
import { OfflineAssistant } from "./assistant/assistant.ts";
import { chooseRecognizer, chooseSynthesizer } from "./choose.ts";
import type { EngineCard, Recognizer, Synthesizer } from "./engine.ts";
import { machineFiles } from "./files.ts";
import { gatePrograms } from "./gated_programs.ts";
import { machinePrograms } from "./machine_programs.ts";
import { loadSherpa } from "./sherpa/node_binding.ts";
import { soundsLikeSpeech } from "./speech_check.ts";
import { Tone } from "./tone.ts";
import { Unrecognized } from "./unrecognized.ts";

/** Chooses engines, loads models, and gives the embedded stages. */
export async function createEmbeddedServer(options: Esp32ServerOptions, deps: Esp32ServerDeps): Promise<EmbeddedServer> {
  const choice = {
    clock: deps.clock,
    random: deps.random ?? systemRandom(),
    programs: gatePrograms(deps.programs ?? machinePrograms(), navigator.hardwareConcurrency),
    files: deps.files ?? machineFiles(),
    sherpa: deps.sherpa ?? loadSherpa,
    tempDir: deps.tempDir ?? "",
  };
  const recognizer = await chooseRecognizer(options, choice);
  const synthesizer = await chooseSynthesizer(options, choice);
  return new EmbeddedServer(recognizer, synthesizer, deps.clock, deps.timezone ?? "");
}

/** An ESP32 server without a network. */
export class EmbeddedServer implements Esp32Server {
  readonly #recognizer: Recognizer;
  readonly #synthesizer: Synthesizer;
  readonly #assistant: OfflineAssistant;

  constructor(recognizer: Recognizer, synthesizer: Synthesizer, clock: Clock, timezone: string) {
    this.#recognizer = recognizer;
    this.#synthesizer = synthesizer;
    this.#assistant = new OfflineAssistant(clock, timezone);
  }

  detectSpeech(utterance: Utterance, { signal }: StageOptions): Promise<boolean> {
    return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(soundsLikeSpeech(utterance.pcm()));
  }

  recognize(utterance: Utterance, { signal, language }: StageOptions & { readonly language: string }): Promise<Transcript> {
    const samples = utterance.pcm();
    if (samples.length === 0) return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve({ text: "" });
    return this.#recognizer.recognize(samples, signal, language);
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#assistant.chat(request, options);
  }

  async synthesize(request: SpeechRequest, { signal }: StageOptions): Promise<SpeechAudio> {
    const { sampleRate, chunks } = await this.#synthesizer.speak(request, signal);
    return { kind: "pcm", sampleRate, chunks: untilAborted(chunks, signal) };
  }

  /** Always empty: what the embedded stages did is in the history of this process. */
  recentHistory(_since: number, { signal }: StageOptions): Promise<readonly RemoteRecord[]> {
    return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve([]);
  }

  health({ signal }: StageOptions): Promise<readonly StageHealth[]> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve([
      { stage: "detect", status: "pass", provider: "embedded (energy and zero crossings)" },
      healthOf("recognize", this.#recognizer.card),
      { stage: "chat", status: "pass", provider: "embedded (offline assistant)" },
      healthOf("synthesize", this.#synthesizer.card),
    ]);
  }

  /**
   * Whether it does a stage well enough to stand in for another provider: beeps are no speech, and the length of an utterance is not what
   * was said.
   */
  canStandIn(stage: "detect" | "recognize" | "chat" | "synthesize"): boolean {
    if (stage === "recognize") return !(this.#recognizer instanceof Unrecognized);
    return stage !== "synthesize" || !(this.#synthesizer instanceof Tone);
  }

  /** What does a stage, in a few words. */
  engine(stage: "recognize" | "chat" | "synthesize"): string {
    if (stage === "chat") return "offline assistant";
    return (stage === "recognize" ? this.#recognizer : this.#synthesizer).card.name;
  }

  /** One line a stage: what does the work, and how to get better. */
  describe(stage: "recognize" | "chat" | "synthesize"): string {
    if (stage === "chat") {
      return "Chat: offline assistant (time, sums, device volume); for a language model set esp32Server.chat.provider to openai (README.md, Better speech)";
    }
    const { card } = stage === "recognize" ? this.#recognizer : this.#synthesizer;
    const line = `${stage === "recognize" ? "Recognition" : "Speech"}: ${card.name}, ${card.ability}`;
    return card.advice === undefined ? line : `${line}; ${card.advice}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function healthOf(stage: string, card: EngineCard): StageHealth {
  const provider = `embedded (${card.name})`;
  if (card.status === "pass") return { stage, status: "pass", provider };
  return { stage, status: "warn", provider, ...(card.advice === undefined ? {} : { note: card.advice }) };
}

async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}
