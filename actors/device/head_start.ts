/**
 * An answer of the chat stage that begins before anybody asks for it.
 *
 * @module
 */

import type { ChatEvent, ChatRequest, ChatStage } from "../../services/esp32_server/stages.ts";

/** Events that are taken ahead; the rest of a long answer waits in the provider's stream, as it does for any slow reader. */
const MAX_AHEAD = 256;

/** Reads ahead in a chat answer until somebody takes it over. */
export class HeadStart {
  readonly #events: ChatEvent[] = [];
  readonly #stream: AsyncIterator<ChatEvent>;
  readonly #controller = new AbortController();
  readonly #reading: Promise<void>;
  #taken = false;
  #done = false;
  #failure: { readonly error: unknown } | undefined;

  /** Asks at once; ends when `signal` aborts. */
  constructor(chat: ChatStage, request: ChatRequest, signal: AbortSignal) {
    this.#stream = chat.chat(request, { signal: this.#controller.signal, tentative: () => !this.#taken })[Symbol.asyncIterator]();
    signal.addEventListener("abort", () => this.#close(signal.reason), { once: true });
    this.#reading = this.#readAhead();
  }

  /** Whether the answer has broken off already. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * The whole answer, once: what was read, then the rest as it is asked for. Leaving the loop, or `signal`, ends it.
   *
   * @throws What the chat stage throws.
   */
  async *take(signal: AbortSignal): AsyncGenerator<ChatEvent, void, void> {
    this.#taken = true;
    const end = () => this.#close(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    try {
      signal.throwIfAborted();
      while (!this.#done || this.#events.length > 0) {
        const event = this.#events.shift();
        if (event !== undefined) yield event;
        else await this.#next();
      }
      if (this.#failure !== undefined) throw this.#failure.error;
    } finally {
      signal.removeEventListener("abort", end);
      this.#close();
    }
  }

  /** A stream that waits in the middle of its answer, and not for its provider, hears of the end only by being told to return. */
  #close(reason?: unknown): void {
    this.#controller.abort(reason);
    this.#stream.return?.().catch(() => {});
  }

  /** Waits for one more event: the one that is being read, or one that is asked for now. */
  async #next(): Promise<void> {
    await this.#reading;
    if (this.#events.length === 0 && !this.#done) await this.#read();
  }

  async #readAhead(): Promise<void> {
    while (!this.#done && !this.#taken && this.#events.length < MAX_AHEAD) await this.#read();
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#stream.next();
      if (done === true) this.#done = true;
      else this.#events.push(value);
    } catch (error) {
      this.#failure = { error };
      this.#done = true;
    }
  }
}
