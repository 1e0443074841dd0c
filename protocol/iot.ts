/**
 * `iot`: how firmware before 1.8 described and controlled things; MCP took its place.
 *
 * @module
 */

import { z } from "zod";
import { defined, optionalString, sessionIdFromDevice } from "./wire.ts";

/** What an old device has and how its things are. */
export interface IotReport {
  readonly type: "iot";
  readonly descriptors?: readonly unknown[];
  readonly states?: readonly unknown[];
  readonly update: boolean;
  readonly sessionId: string;
}

/** Commands to an old device. */
export interface IotCommands {
  readonly type: "iot";
  readonly commands: readonly unknown[];
  readonly sessionId?: string;
}

const list = z.array(z.unknown()).nullish().transform((value) => value ?? undefined);

/** `iot` from a device, on the wire. */
export const iotReportSchema: z.ZodType<IotReport> = z.object({
  type: z.literal("iot"),
  descriptors: list,
  states: list,
  update: z.boolean().nullish(),
  session_id: sessionIdFromDevice,
}).transform((wire) =>
  defined({
    type: wire.type,
    descriptors: wire.descriptors,
    states: wire.states,
    update: wire.update ?? false,
    sessionId: wire.session_id,
  })
);

/** `iot` to a device, on the wire. */
export const iotCommandsSchema: z.ZodType<IotCommands> = z.object({
  type: z.literal("iot"),
  commands: z.array(z.unknown()),
  session_id: optionalString,
}).transform((wire) => defined({ type: wire.type, commands: wire.commands, sessionId: wire.session_id }));
