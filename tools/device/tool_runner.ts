/**
 * Runs MCP requests: a tool call occupies the main loop, so that meanwhile no audio goes up and no `tts`, `stt` or button is handled.
 *
 * @module
 */

import type { Clock, TimerId } from "../../base/clock.ts";
import type { MainLoop } from "./main_loop.ts";
import type { McpServer } from "./mcp_server.ts";
import type { TranscriptLog } from "./transcript_log.ts";

/** What the runner is made of. */
export interface ToolRunnerOptions {
  readonly clock: Clock;
  readonly loop: MainLoop;
  readonly mcp: McpServer;
  readonly transcript: TranscriptLog;
  /** Sends an answer's payload text. */
  readonly reply: (payload: string) => void;
}

/** Answers requests, one tool at a time. */
export class ToolRunner {
  readonly #options: ToolRunnerOptions;
  #timer: TimerId | undefined;
  #release: (() => void) | undefined;

  constructor(options: ToolRunnerOptions) {
    this.#options = options;
  }

  /** Handles the payload of an `mcp` message. */
  handle(payload: object): void {
    const { clock, loop, mcp, transcript, reply } = this.#options;
    const outcome = mcp.handle(payload);
    if (outcome.kind === "reply") return reply(outcome.payload);
    if (outcome.kind === "ignored") return;
    loop.run(() => {
      const release = loop.hold();
      this.#release = release;
      transcript.note("info", `${outcome.tool} blocks the main loop for ${outcome.durationMs} ms`);
      this.#timer = clock.setTimeout(() => {
        reply(outcome.run());
        release();
      }, outcome.durationMs);
    });
  }

  /** Gives up a running tool without an answer. */
  cancel(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#release?.();
  }
}
