/**
 * The tools of this server: which are offered, and how they are run.
 *
 * @module
 */

import { z } from "zod";
import type { Logger } from "@logtape/logtape";
import { abortable } from "../../audio/abortable.ts";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import type { ToolSpec } from "../esp32_server/stages.ts";
import { parametersOf, type ServerTool, type ToolAnswer, type ToolContext, type ToolConversation } from "./tool.ts";

/** What a tool may take unless it says otherwise, milliseconds: beyond it the person thinks that nobody is there. */
const TIMEOUT_MS = 10_000;

/** Longest answer that a model is given, characters: some two thousand tokens, two thirds of the context of a conversation. */
const MAX_ANSWER_CHARS = 8000;

/** What {@link ToolRegistry} needs. */
export interface ToolRegistryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tools: readonly ServerTool[];
}

/** The tools of this server. One for all devices. */
export class ToolRegistry {
  readonly #options: ToolRegistryOptions;
  readonly #tools: ReadonlyMap<string, ServerTool>;
  readonly #specs: readonly ToolSpec[];

  /** @throws AppError `tool_name` where two tools have one name, or a name is none that models take. */
  constructor(options: ToolRegistryOptions) {
    this.#options = options;
    this.#tools = new Map(options.tools.map((tool) => [tool.name, tool]));
    const bad = options.tools.find((tool) => this.#tools.get(tool.name) !== tool || !/^[A-Za-z0-9_-]{1,64}$/.test(tool.name));
    if (bad !== undefined) {
      const right = "expected a name of its own of at most 64 letters, digits, - and _";
      throw new AppError(`Cannot offer tool "${bad.name}": ${right}`, { code: "tool_name" });
    }
    this.#specs = options.tools.map((tool) => ({ name: tool.name, description: tool.description, parameters: parametersOf(tool) }));
  }

  /** The tools that make sense in a conversation. */
  offered(conversation: ToolConversation): readonly ToolSpec[] {
    return this.#specs.filter(({ name }) => this.#tools.get(name)?.isOffered?.(conversation) ?? true);
  }

  /**
   * Runs a tool. What the model should hear about (an unknown name, wrong arguments, a failure, no answer in time) is an answer with
   * `isError`.
   *
   * @throws The signal's reason when it aborts.
   */
  async run(
    name: string,
    args: Readonly<Record<string, unknown>>,
    context: ToolContext,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<ToolAnswer> {
    signal.throwIfAborted();
    const tool = this.#tools.get(name);
    if (tool === undefined) return failed(`There is no tool ${name}`);
    const parsed = tool.schema.safeParse(args);
    if (!parsed.success) return failed(`Wrong arguments for ${name}, call it again with right ones:\n${z.prettifyError(parsed.error)}`);
    const { clock, logger } = this.#options;
    const timeoutMs = tool.timeoutMs ?? TIMEOUT_MS;
    const late = new AbortController();
    const timer = clock.setTimeout(
      () => late.abort(new AppError(`Tool ${name} gave no answer within ${timeoutMs / 1000} s`, { code: "tool_timeout", retryable: true })),
      timeoutMs,
    );
    const both = AbortSignal.any([signal, late.signal]);
    try {
      const text = await abortable(Promise.try(() => tool.run(parsed.data, context, { signal: both })), both);
      return { text: text.length > MAX_ANSWER_CHARS ? `${text.slice(0, MAX_ANSWER_CHARS)}…` : text, isError: false };
    } catch (error) {
      signal.throwIfAborted();
      const code = error instanceof AppError ? error.code : "unexpected";
      logger.warn("Tool {tool} failed with {code} for device {deviceId}", { tool: name, code, deviceId: context.deviceId });
      return failed(messageOf(error));
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

function failed(text: string): ToolAnswer {
  return { text, isError: true };
}
