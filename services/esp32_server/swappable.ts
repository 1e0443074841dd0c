/**
 * An ESP32 server that can be replaced while devices talk: calls under way go on with the server that they began with, which is disposed of
 * when its last call has ended.
 *
 * @module
 */

import { tapped } from "../../audio/tapped.ts";
import type { SpeechAudio, Utterance } from "../../audio/types.ts";
import type { ComposedEsp32Server, StageProviders } from "./composed.ts";
import type {
  ChatEvent,
  ChatRequest,
  ChatStage,
  DetectStage,
  RecognizeStage,
  RemoteRecord,
  SpeechRequest,
  StageHealth,
  StageOptions,
  SynthesizeStage,
  Transcript,
} from "./stages.ts";

/** The stages of a turn. */
export type TurnStages = DetectStage & RecognizeStage & ChatStage & SynthesizeStage;

/** The stages of the server of one moment, until it is disposed of. */
export interface PinnedStages extends TurnStages, Disposable {}

/** What a {@link SwappableServer} needs. */
export interface SwappableOptions {
  /** Hears what a server that has been replaced threw as it was disposed of. */
  readonly onDisposeError: (error: unknown) => void;
}

/** Hands each call to the server of the moment. */
export class SwappableServer implements ComposedEsp32Server {
  /** Disposed of with it. */
  readonly resources = new DisposableStack();
  readonly #options: SwappableOptions;
  /** Replaced servers that still work for somebody. */
  readonly #retired = new Set<Generation>();
  #current: Generation;

  constructor(first: ComposedEsp32Server, options: SwappableOptions) {
    this.#options = options;
    this.#current = new Generation(first);
  }

  /** Servers that were replaced and still have calls under way. */
  get retired(): number {
    return this.#retired.size;
  }

  /** Has every call from now on go to `next`. */
  swap(next: ComposedEsp32Server): void {
    const old = this.#current;
    this.#current = new Generation(next);
    this.#retired.add(old);
    old.retire(() => {
      this.#retired.delete(old);
      this.#dispose(old);
    });
  }

  /** The stages of the server of this moment, whatever replaces it meanwhile. */
  pin(): PinnedStages {
    return new Pinned(this.#current);
  }

  get followsInstructions(): boolean {
    return this.#current.server.followsInstructions;
  }

  get providers(): StageProviders {
    return this.#current.server.providers;
  }

  describe(): readonly string[] {
    return this.#current.server.describe();
  }

  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    return this.#current.detectSpeech(utterance, options);
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    return this.#current.recognize(utterance, options);
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#current.chat(request, options);
  }

  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    return this.#current.synthesize(request, options);
  }

  recentHistory(since: number, options: StageOptions): Promise<readonly RemoteRecord[]> {
    return this.#current.during(() => this.#current.server.recentHistory(since, options));
  }

  health(options: StageOptions): Promise<readonly StageHealth[]> {
    return this.#current.during(() => this.#current.server.health(options));
  }

  /** Disposes of the server and of those that it replaced, whoever still uses them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.resources.dispose();
    const retired = [...this.#retired];
    this.#retired.clear();
    await Promise.all([this.#current, ...retired].map((generation) => generation.dispose()));
  }

  #dispose(generation: Generation): void {
    generation.dispose().catch(this.#options.onDisposeError);
  }
}

/** One server, and how many use it. */
class Generation implements TurnStages {
  readonly server: ComposedEsp32Server;
  #users = 0;
  #onUnused: (() => void) | undefined;
  #disposed: Promise<void> | undefined;

  constructor(server: ComposedEsp32Server) {
    this.server = server;
  }

  /** Counts a user; the result takes it away, once. */
  use(): () => void {
    this.#users++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#users--;
      this.#check();
    };
  }

  /** Calls `onUnused` as soon as nobody uses it. */
  retire(onUnused: () => void): void {
    this.#onUnused = onUnused;
    this.#check();
  }

  dispose(): Promise<void> {
    return this.#disposed ??= (async () => await this.server[Symbol.asyncDispose]())();
  }

  async during<T>(call: () => Promise<T>): Promise<T> {
    const release = this.use();
    try {
      return await call();
    } finally {
      release();
    }
  }

  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    return this.during(() => this.server.detectSpeech(utterance, options));
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    return this.during(() => this.server.recognize(utterance, options));
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return {
      [Symbol.asyncIterator]: () => {
        const over = this.use();
        return tapped(this.server.chat(request, options), { over })[Symbol.asyncIterator]();
      },
    };
  }

  async synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    const release = this.use();
    // Audio that nobody reads to its end is over with the signal.
    options.signal.addEventListener("abort", release, { once: true });
    try {
      const audio = await this.server.synthesize(request, options);
      return audio.kind === "pcm"
        ? { ...audio, chunks: tapped(audio.chunks, { over: release }) }
        : { ...audio, packets: tapped(audio.packets, { over: release }) };
    } catch (error) {
      release();
      throw error;
    }
  }

  #check(): void {
    if (this.#users > 0) return;
    const unused = this.#onUnused;
    this.#onUnused = undefined;
    unused?.();
  }
}

class Pinned implements PinnedStages {
  readonly #generation: Generation;
  readonly #release: () => void;

  constructor(generation: Generation) {
    this.#generation = generation;
    this.#release = generation.use();
  }

  detectSpeech(utterance: Utterance, options: StageOptions): Promise<boolean> {
    return this.#generation.detectSpeech(utterance, options);
  }

  recognize(utterance: Utterance, options: StageOptions & { readonly language: string }): Promise<Transcript> {
    return this.#generation.recognize(utterance, options);
  }

  chat(request: ChatRequest, options: StageOptions): AsyncIterable<ChatEvent> {
    return this.#generation.chat(request, options);
  }

  synthesize(request: SpeechRequest, options: StageOptions): Promise<SpeechAudio> {
    return this.#generation.synthesize(request, options);
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}
