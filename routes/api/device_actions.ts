/**
 * `/api/devices/{id}/...`: what the owner does to a device: its tools, its role, a restart, the end of its connection.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import type { DeviceControl } from "../../actors/devices/device_control.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId, withoutControls } from "./parameters.ts";
import { ApiProblem } from "./problem.ts";

/** Devices take messages of some kilobytes. */
const MAX_ARGUMENTS_BYTES = 16_384;
const MAX_BODY_BYTES = 1024;

const tags = ["Devices"];
const params = z.strictObject({ id: deviceId });

const toolSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()).meta({ description: "JSON schema of its arguments" }),
}).meta({ id: "DeviceTool", description: "A tool that a device offers" });

const names = z.array(z.string());

const settingsSchema = z.strictObject({
  role: z.string().meta({ description: "The role that holds now; empty for none" }),
  chosenRole: z.string().optional().meta({ description: "The role that was chosen at run time" }),
  roles: z.array(z.string()).meta({ description: "Names of all roles" }),
  language: z.string(),
  voice: z.string().optional(),
  prompt: z.string().meta({ description: "Instructions to the chat stage, those of the role included" }),
  wake: z.enum(["greet", "listen", "answer"]).meta({ description: "What a wake word does" }),
  wakeReply: z.string().optional().meta({ description: "What a wake word is answered with, where the role says so" }),
  endpointing: z.strictObject({ silenceMs: z.number(), minSilenceMs: z.number(), maxSilenceMs: z.number() }).meta({
    description: "How long a silence ends what somebody says, milliseconds",
  }),
  leadFrames: z.int().meta({ description: "Frames sent ahead of playback" }),
  providers: z.strictObject({ recognize: names, chat: names, synthesize: names }).optional().meta({
    description: "Who does the stages now, by name in the configuration, the first choice first",
  }),
}).meta({ id: "DeviceSettings", description: "What a device runs with" });

const settingsExample = {
  role: "",
  roles: ["teacher"],
  language: "auto",
  prompt: "You are a friendly assistant.",
  wake: "greet" as const,
  endpointing: { silenceMs: 700, minSilenceMs: 300, maxSilenceMs: 1200 },
  leadFrames: 2,
  providers: { recognize: ["embedded"], chat: ["openai", "embedded"], synthesize: ["embedded"] },
};

const listTools = createRoute({
  method: "get",
  path: "/api/devices/{id}/tools",
  operationId: "listTools",
  tags,
  security: OWNER,
  summary: "The tools that a connected device offers",
  request: { params, query: noQuery },
  responses: {
    200: {
      description: "Its tools; none until it has named them",
      content: {
        "application/json": {
          schema: z.strictObject({ items: z.array(toolSchema) }),
          example: {
            items: [{
              name: "self.audio_speaker.set_volume",
              description: "Set the volume of the audio speaker.",
              inputSchema: { type: "object", properties: { volume: { type: "integer", minimum: 0, maximum: 100 } }, required: ["volume"] },
            }],
          },
        },
      },
    },
    ...problems(404),
  },
});

const callTool = createRoute({
  method: "post",
  path: "/api/devices/{id}/tools/call",
  operationId: "callTool",
  tags,
  security: OWNER,
  summary: "Calls a tool of a connected device and waits for its answer, 30 s at most",
  middleware: jsonBody(MAX_ARGUMENTS_BYTES),
  request: {
    params,
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            name: z.string().min(1).max(128).refine(...withoutControls).meta({ description: "The device's own name of the tool" }),
            arguments: z.record(z.string(), z.unknown()).default({}).meta({ description: "As the schema of the tool wants them" }),
          }),
          example: { name: "self.audio_speaker.set_volume", arguments: { volume: 60 } },
        },
      },
    },
  },
  responses: {
    200: {
      description: "What the device answered, or why it did not",
      content: {
        "application/json": {
          schema: z.strictObject({ text: z.string(), isError: z.boolean() }),
          example: { text: "true", isError: false },
        },
      },
    },
    ...problems(404, 409, 413, 415, 422),
  },
});

const act = (name: "reboot" | "disconnect", summary: string) =>
  createRoute({
    method: "post",
    path: `/api/devices/{id}/${name}`,
    operationId: name,
    tags,
    security: OWNER,
    summary,
    request: { params, query: noQuery },
    responses: {
      202: {
        description: "It was told",
        content: { "application/json": { schema: z.strictObject({ told: z.literal(true) }), example: { told: true } } },
      },
      ...problems(404),
    },
  });
const reboot = act("reboot", "Tells a connected device to restart");
const disconnect = act("disconnect", "Ends the connection of a device in good order; it comes back when it is woken up");

const getSettings = createRoute({
  method: "get",
  path: "/api/devices/{id}/settings",
  operationId: "getSettings",
  tags,
  security: OWNER,
  summary: "What a device runs with, as the configuration and its role say",
  request: { params, query: noQuery },
  responses: {
    200: { description: "Its settings", content: { "application/json": { schema: settingsSchema, example: settingsExample } } },
    ...problems(503),
  },
});

const putRole = createRoute({
  method: "put",
  path: "/api/devices/{id}/role",
  operationId: "setRole",
  tags,
  security: OWNER,
  summary: "Chooses the role of a device, from its next answer on",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params,
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            role: z.string().min(1).max(64).refine(...withoutControls).nullable().meta({
              description: "Its name; null goes back to that of the configuration",
            }),
          }),
          example: { role: null },
        },
      },
    },
  },
  responses: {
    200: { description: "What holds now", content: { "application/json": { schema: settingsSchema, example: settingsExample } } },
    ...problems(413, 415, 422, 503),
  },
});

/** Adds the operations. */
export function addDeviceActions(api: Api, control: DeviceControl): void {
  api.openapi(listTools, (c) => {
    const tools = control.tools(c.req.valid("param").id);
    if (tools === undefined) throw notConnected();
    return c.json({ items: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })) }, 200);
  });
  api.openapi(callTool, async (c) => {
    const { id } = c.req.valid("param");
    const { name, arguments: args } = c.req.valid("json");
    if (control.tools(id) === undefined) throw notConnected();
    try {
      const result = await control.callTool(id, name, args, c.req.raw.signal);
      return c.json(result ?? { text: `The device has no tool ${name}`, isError: true }, 200);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "mcp_closed") throw error;
      const title = "The device left before it answered";
      throw new ApiProblem({ status: 409, code: "device_left", title });
    }
  });
  api.openapi(reboot, (c) => {
    if (!control.reboot(c.req.valid("param").id)) throw notConnected();
    return c.json({ told: true as const }, 202);
  });
  api.openapi(disconnect, (c) => {
    if (!control.disconnect(c.req.valid("param").id)) throw notConnected();
    return c.json({ told: true as const }, 202);
  });
  api.openapi(getSettings, async (c) => c.json(await settingsOf(control, c.req.valid("param").id), 200));
  api.openapi(putRole, async (c) => {
    const { id } = c.req.valid("param");
    const { role } = c.req.valid("json");
    if (role !== null && !Object.hasOwn(control.settings(id).roles, role)) {
      const title = "The body is not as it should be";
      const detail = `There is no role '${role}' in conversation.roles`;
      throw new ApiProblem({ status: 422, code: "role_unknown", title, detail });
    }
    await control.chooseRole(id, role ?? undefined);
    return c.json(await settingsOf(control, id), 200);
  });
}

function notConnected(): ApiProblem {
  return new ApiProblem({
    status: 404,
    code: "device_not_connected",
    title: "The device is not connected",
    detail: "Devices connect when they are woken up or their button is pressed, and stay until they are idle; see /api/status",
  });
}

async function settingsOf(control: DeviceControl, id: string): Promise<z.infer<typeof settingsSchema>> {
  const settings = control.settings(id);
  const stored = await control.role(id);
  const chosenRole = stored !== undefined && Object.hasOwn(settings.roles, stored) ? stored : undefined;
  const name = chosenRole ?? settings.role;
  const role = Object.hasOwn(settings.roles, name) ? settings.roles[name] : undefined;
  const voice = role?.voice ?? settings.voice;
  const { silenceMs, minSilenceMs, maxSilenceMs } = settings.uplink;
  const providers = control.providers();
  return {
    role: name,
    ...(chosenRole === undefined ? {} : { chosenRole }),
    roles: Object.keys(settings.roles),
    language: role?.language ?? settings.language,
    ...(voice === undefined ? {} : { voice }),
    prompt: role?.persona ?? settings.persona,
    wake: settings.wake,
    ...(role?.greeting === undefined ? {} : { wakeReply: role.greeting }),
    endpointing: { silenceMs, minSilenceMs, maxSilenceMs },
    leadFrames: settings.leadFrames,
    ...(providers === undefined ? {} : {
      providers: { recognize: [...providers.recognize], chat: [...providers.chat], synthesize: [...providers.synthesize] },
    }),
  };
}
