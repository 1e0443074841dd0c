/**
 * Turns a decision to reply into a reply: drafts the turn, asks the chat stage, speaks, and apologises where that fails.
 *
 * @module
 */

import { type Clock, delay } from "../../../base/clock.ts";
import type { AppError } from "../../../base/errors.ts";
import { encodeAudioFrame, type KnownServerMessage, type ProtocolVersion } from "../../../protocol/mod.ts";
import type { ChatRequest, ChatStage, SynthesizeStage } from "../../../services/esp32_server/stages.ts";
import { StageError } from "../../../services/esp32_server/errors.ts";
import type { Conversation } from "../conversation.ts";
import { isLimited, overLimit } from "../allowance.ts";
import type { DeviceDeps, SessionRecorder } from "../deps.ts";
import type { ReplyEvent } from "../events.ts";
import type { DeviceLink } from "../link.ts";
import type { McpClient } from "../mcp/mcp_client.ts";
import { languageOf, phrase, type SpokenLanguage } from "../phrases.ts";
import type { ReplyJob } from "../ports.ts";
import type { DeviceRole } from "../role.ts";
import type { DeviceSettings } from "../settings.ts";
import type { Turn } from "../turn.ts";
import { Reply } from "./reply.ts";
import { ToolBelt } from "./tool_belt.ts";
import { notedTools } from "./noted_tools.ts";
import { answerOf } from "./tool_loop.ts";

/**
 * How long an answer waits for a device that is still telling its tools: text may be there a few round trips after the hello. A device
 * that needs longer is answered without them.
 */
const TOOLS_WAIT_MS = 1000;

/** What the speaker of one session needs. */
export interface SpeakerOptions {
  readonly deps: DeviceDeps;
  readonly settings: DeviceSettings;
  readonly link: DeviceLink;
  readonly deviceId: string;
  readonly sessionId: string;
  readonly conversation: Conversation;
  /** The chat stage, which may have begun the answer already. */
  readonly chat: ChatStage;
  readonly synthesize: SynthesizeStage;
  readonly role: DeviceRole;
  readonly recorder: SessionRecorder | undefined;
  readonly send: (message: KnownServerMessage) => void;
  readonly report: (what: string, error: unknown) => void;
  /** Framing of the binary messages, as the hello agreed. */
  readonly version: () => ProtocolVersion;
  /** The device's tools, where it has some. */
  readonly mcp: () => McpClient | undefined;
}

/** Speaks the replies of one session, one at a time. */
export class Speaker {
  readonly #options: SpeakerOptions;
  #reply: Reply | undefined;
  /** Whether replies end with their sentence. */
  #finishing = false;
  #progress = -1;
  /** When a reply was last ended before its time, milliseconds of the clock. */
  #cutAt = -Infinity;
  #language: SpokenLanguage = "en";

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  /** The language of the person's last words, where the settings follow them. */
  get language(): SpokenLanguage {
    const { language } = this.#options.role.settings;
    return language === "auto" ? this.#language : language;
  }

  /** The packets of the last reply, where the history keeps them. */
  get packets(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#reply?.packets ?? [];
  }

  /** Starts a reply; disposing the result ends it at once, if it is not over. */
  start(turn: Turn, job: ReplyJob, tell: (event: ReplyEvent) => void): Disposable {
    const { deps, synthesize, role, link, send, version } = this.#options;
    if (turn.userText !== "") this.#language = languageOf(turn.userText);
    const reply = new Reply({
      clock: deps.clock,
      settings: role.settings,
      synthesize,
      encoder: deps.encoder,
      loadDecoders: deps.loadDecoders,
      turn,
      send,
      sendAudio: (packet, timestampMs) => {
        deps.metrics?.frameOut();
        link.sendBinary(encodeAudioFrame(version(), packet, timestampMs));
      },
      ...(deps.metrics === undefined ? {} : { metrics: deps.metrics }),
      bufferedAmount: () => link.bufferedAmount(),
      onHeard: () => tell({ type: "REPLY_HEARD", turnId: turn.id }),
    });
    this.#reply = reply;
    if (this.#finishing) reply.finishSentence();
    this.#progress = -1;
    this.#run(turn, job, reply).then(() => tell({ type: "REPLY_ENDED", turnId: turn.id }));
    return {
      [Symbol.dispose]: () => {
        if (!reply.signal.aborted) this.#cutAt = deps.clock.now();
        reply.end();
      },
    };
  }

  /** Whether a reply is under way that the device has been told of. */
  get sounding(): boolean {
    return this.#reply?.sounding ?? false;
  }

  /** Makes the reply wait. */
  hold(): void {
    this.#reply?.hold();
  }

  /** Makes the reply go on. */
  resume(): void {
    this.#reply?.resume();
  }

  /** Ends this reply, and those that follow, with the sentence that is heard. */
  finishSentence(): void {
    this.#finishing = true;
    this.#reply?.finishSentence();
  }

  /** The request for an answer to `userText`; `undefined` while the device is still telling its tools. */
  request(userText: string): ChatRequest | undefined {
    const mcp = this.#options.mcp();
    if (mcp?.status === "discovering") return undefined;
    const language = this.#languageFor(userText);
    // The tools are only told of: whoever runs them has a turn.
    return this.#request(userText, language, this.#tools(mcp, language, () => {}));
  }

  /** Whether the device gets answers today. */
  async mayAnswer(): Promise<boolean> {
    return await this.#overLimit() === undefined;
  }

  /** Whether the reply has sent nothing since this was last asked. */
  isStuck(): boolean {
    const progress = this.#reply?.progress ?? 0;
    const stuck = progress === this.#progress;
    this.#progress = progress;
    return stuck;
  }

  /** Ends the reply under way. */
  end(): void {
    this.#reply?.end();
  }

  async #run(turn: Turn, job: ReplyJob, reply: Reply): Promise<void> {
    // Not before the turn of the event loop in which the chat stage is asked: nobody waits for the draft, and somebody does for the answer.
    const drafted = delay(this.#options.deps.clock, 0).then(() => this.#draft(turn));
    try {
      if (job === "say") await this.#played(reply.signal);
      if (reply.signal.aborted) return;
      if (turn.userText !== "" && turn.source !== "wake") this.#options.send({ type: "stt", text: turn.userText });
      // A device that has woken up listens until it hears of an answer: it is told no sooner than there is something to hear, so that the
      // person may speak first.
      if (turn.source !== "wake") await reply.begin();
      if (job === "chat") this.#fillSilence(reply);
      if (job === "apology") await this.#apologize(reply);
      else await reply.speak(await this.#words(turn, job, reply));
    } catch (error) {
      await this.#fail(turn, reply, error);
    }
    try {
      await drafted;
      await reply.finish();
    } catch (error) {
      if (!reply.signal.aborted) this.#options.report("finishing the reply", error);
    } finally {
      reply.end();
    }
  }

  /**
   * Waits until the device has played what it had of a reply that was cut. Who cuts into a reply has made the device fall silent; the owner
   * has not, and a reply that begins in the same moment would be taken for the rest of the one before.
   */
  async #played(signal: AbortSignal): Promise<void> {
    const { deps: { clock }, settings: { leadFrames, downlink, stopTailMs } } = this.#options;
    const left = this.#cutAt + leadFrames * downlink.frameMs + stopTailMs - clock.now();
    if (left > 0) await delay(clock, left, signal).catch(() => {});
  }

  /** What a reply says. */
  async #words(turn: Turn, job: ReplyJob, reply: Reply): Promise<AsyncIterable<string>> {
    if (job === "say") return once(turn.announcement);
    if (job === "farewell" || job === "apology") return once(phrase(job, this.language));
    const over = await this.#overLimit();
    if (over !== undefined) {
      turn.fail(over);
      turn.remembered = false;
      return once(phrase("limit", this.language));
    }
    return job === "chat" ? this.#answer(turn, reply) : once(this.#options.role.greeting ?? phrase(job, this.language));
  }

  /** Why the device gets no answer today. Where the history cannot be read it gets one. */
  async #overLimit(): Promise<AppError | undefined> {
    const { deps: { usage }, settings: { limits }, deviceId, report } = this.#options;
    if (usage === undefined || !isLimited(limits)) return undefined;
    try {
      return overLimit(limits, await usage.of(deviceId));
    } catch (error) {
      report("reading what was used today", error);
      return undefined;
    }
  }

  async #fail(turn: Turn, reply: Reply, error: unknown): Promise<void> {
    if (reply.signal.aborted) return;
    turn.fail(error);
    this.#noteFailure(turn, error);
    // What is being heard is never begun again, and a goodbye needs no apology.
    if (reply.answered || turn.farewell) return;
    await this.#apologize(reply);
  }

  /** Stages tell the log themselves why they fail, and the turn has a line of its own. */
  #noteFailure(turn: Turn, error: unknown): void {
    const { recorder, report } = this.#options;
    if (error instanceof StageError) recorder?.note("error", { what: `turn ${turn.id} failed`, error: error.message, code: error.code });
    else report(`turn ${turn.id} failed`, error);
  }

  /**
   * As a clip, because after a failure nobody should wait for a service that may be away, too; where there is none, by the synthesiser; where
   * that fails, on the display only.
   */
  async #apologize(reply: Reply): Promise<void> {
    const { deps, report, send } = this.#options;
    const text = phrase("apology", this.language);
    try {
      reply.feel("neutral");
      const clip = await deps.clips?.get("apology", this.language);
      if (clip !== undefined) return await reply.play(clip.text, clip.audio());
    } catch (error) {
      if (reply.signal.aborted) return;
      report("playing the apology", error);
    }
    try {
      await reply.speak(once(text));
    } catch (error) {
      if (reply.signal.aborted) return;
      report("speaking the apology", error);
      if (!await begun(reply)) return;
      send({ type: "tts", state: "sentence_start", text });
    }
  }

  #fillSilence(reply: Reply): void {
    const { deps: { clips, spare }, settings: { fillerAfterMs }, report } = this.#options;
    if (clips === undefined || fillerAfterMs === 0 || spare?.("filler") === false) return;
    reply.fillAfter(fillerAfterMs, () => clips.get("moment", this.language), (error) => report("playing a filler", error));
  }

  async #draft(turn: Turn): Promise<void> {
    // What is over by now is committed whole.
    const draft = turn.outcome === undefined ? turn.takeDraft() : undefined;
    if (draft === undefined) return;
    try {
      await this.#options.deps.history?.draftTurn(draft);
    } catch (error) {
      this.#options.report("writing the draft of the turn", error);
    }
  }

  #request(userText: string, language: SpokenLanguage, belt: ToolBelt): ChatRequest {
    const { sessionId, deviceId, conversation } = this.#options;
    return { messages: conversation.messages(userText), tools: belt.specs, sessionId, deviceId, language };
  }

  #languageFor(userText: string): SpokenLanguage {
    const { language } = this.#options.role.settings;
    return language === "auto" ? languageOf(userText) : language;
  }

  async *#answer(turn: Turn, reply: Reply): AsyncGenerator<string> {
    const { deps, chat } = this.#options;
    const mcp = this.#options.mcp();
    if (mcp?.status === "discovering") await untilDone(mcp.start(), deps.clock, TOOLS_WAIT_MS, reply.signal);
    const belt = this.#tools(mcp, this.language, () => {
      // A turn that is over does not decide any more about what comes after it.
      if (turn.signal.aborted) return;
      turn.farewell = true;
      this.#options.recorder?.note("farewell", { turnId: turn.id });
    });
    const answer = answerOf({
      chat,
      request: this.#request(turn.userText, this.language, belt),
      tools: notedTools(belt, turn.id, this.#options.recorder),
      signal: reply.signal,
      onEmotion: (emotion) => reply.feel(emotion),
    });
    for await (const piece of answer) {
      turn.mark("firstTokenMs");
      yield piece;
    }
    // A model that ends the conversation without a word would leave the person listening to nothing.
    if (turn.farewell && turn.replyText.trim() === "") yield phrase("farewell", this.language);
  }

  #tools(device: McpClient | undefined, language: SpokenLanguage, end: () => void): ToolBelt {
    const { deps, settings, role, deviceId, sessionId, report } = this.#options;
    const conversation = {
      end,
      roles: Object.keys(settings.roles),
      changeRole: (name: string) => role.choose(name).catch((error) => report("keeping the role", error)),
    };
    return new ToolBelt({
      device,
      server: settings.services.serverTools ? deps.tools : undefined,
      context: { deviceId, sessionId, language, conversation },
    });
  }
}

/** Whether the device could be told of the reply. */
function begun(reply: Reply): Promise<boolean> {
  return reply.begin().then(() => true, () => false);
}

/** Resolves when `done` does, after `ms`, or when `signal` aborts. */
async function untilDone(done: Promise<unknown>, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  await Promise.race([done, delay(clock, ms, AbortSignal.any([signal, over.signal])).catch(() => {})]);
  over.abort();
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}
