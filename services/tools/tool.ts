/**
 * A tool of this server that the chat stage may call: a plugin with a schema.
 *
 * @module
 */

import { z } from "zod";

/** What a tool answers the model. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** What a tool can do to the conversation that it is called in. */
export interface ToolConversation {
  /** Ends the conversation when the reply under way has been heard. */
  end(): void;
  /** Names of the roles that the device can play; none where none are configured. */
  readonly roles: readonly string[];
  /** Changes the role of the device from the next reply on. The name is one of {@link roles} or `default`. */
  changeRole(name: string): Promise<void>;
}

/** Where a tool is called. */
export interface ToolContext {
  readonly deviceId: string;
  readonly sessionId: string;
  /** Language of the person, BCP 47. */
  readonly language: string;
  readonly conversation: ToolConversation;
  /** Calls another tool, of the server or of the device, by the name that the model knows it by. Goes only a few calls deep. */
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
}

/** A tool. */
export interface ServerTool<Schema extends z.ZodType = z.ZodType> {
  /** A name of `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly name: string;
  /** What it does and when to call it, for the model. */
  readonly description: string;
  /** Of the arguments: an object. */
  readonly schema: Schema;
  /** Milliseconds that it may take; some seconds unless it says so. */
  readonly timeoutMs?: number;
  /** Whether it makes sense where it would be offered; always unless it says so. */
  isOffered?(conversation: ToolConversation): boolean;
  /**
   * Does the work.
   *
   * @returns The answer for the model.
   * @throws What the model is told as an error: the message should say what would be right, and hold no secret.
   */
  run(args: z.output<Schema>, context: ToolContext, options: { readonly signal: AbortSignal }): string | Promise<string>;
}

/** A tool, with its arguments known only to itself. */
export function defineTool<Schema extends z.ZodType>(tool: ServerTool<Schema>): ServerTool {
  return tool as unknown as ServerTool;
}

/** The schema of a tool's arguments as JSON schema. */
export function parametersOf({ schema }: ServerTool): Readonly<Record<string, unknown>> {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: "input" });
  return { properties: {}, ...parameters, type: "object" };
}
