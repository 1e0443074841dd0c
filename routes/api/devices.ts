/**
 * `/api/devices`: the devices that this server knows.
 *
 * @module
 */

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { DeviceStatus } from "../../actors/device/status.ts";
import type { DeviceChanges, DeviceRecord } from "../../services/devices/registry.ts";
import type { ApiDeps, LifeCycle } from "./deps.ts";
import { deviceExample, erasedExample } from "./examples.ts";
import { jsonBody } from "./json_body.ts";
import { type Api, noQuery, OWNER, problems } from "./operation.ts";
import { deviceId, given, pageQuery } from "./parameters.ts";
import { notFound } from "./problem.ts";
import { deviceChangesSchema, deviceSchema, erasedSchema, pageOf } from "./schemas.ts";
import { retentionOf } from "./retention.ts";

/** Room for every text at its longest, escaped, and every flag. */
const MAX_BODY_BYTES = 16_384;

const tags = ["Devices"];
const params = z.strictObject({ id: deviceId });
const one = { description: "The device", content: { "application/json": { schema: deviceSchema, example: deviceExample } } };

const list = createRoute({
  method: "get",
  path: "/api/devices",
  operationId: "listDevices",
  tags,
  security: OWNER,
  summary: "The devices that this server knows, by their id",
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: {
      description: "A page of devices",
      content: { "application/json": { schema: pageOf(deviceSchema, "DevicePage"), example: { items: [deviceExample] } } },
    },
    ...problems(503),
  },
});

const get = createRoute({
  method: "get",
  path: "/api/devices/{id}",
  operationId: "getDevice",
  tags,
  security: OWNER,
  summary: "A device",
  request: { params, query: noQuery },
  responses: { 200: one, ...problems(404, 503) },
});

const patch = createRoute({
  method: "patch",
  path: "/api/devices/{id}",
  operationId: "changeDevice",
  tags,
  security: OWNER,
  summary: "Changes what people say of a device: name, alias, room, language, flags",
  middleware: jsonBody(MAX_BODY_BYTES),
  request: {
    params,
    query: noQuery,
    body: {
      required: true,
      content: {
        "application/json": { schema: deviceChangesSchema, example: { name: "Kitchen", room: "Kitchen", flags: { beta: true } } },
      },
    },
  },
  responses: { 200: one, ...problems(404, 413, 415, 422, 503) },
});

const remove = createRoute({
  method: "delete",
  path: "/api/devices/{id}",
  operationId: "deleteDevice",
  tags,
  security: OWNER,
  summary: "Erases a device: its turns, sessions, audio, memory, role, and what people say of it",
  description: "For good. A device that is connected, or comes by again, is known again, without what was erased.",
  request: { params, query: noQuery },
  responses: {
    200: { description: "What was erased", content: { "application/json": { schema: erasedSchema, example: erasedExample } } },
    ...problems(404, 503),
  },
});

/** Adds the operations. */
export function addDevices(api: Api, { devices }: ApiDeps, lifeCycle: LifeCycle): void {
  const { archive, registry, erase, forget, retentionDays } = lifeCycle;
  const connected = (id: string) => devices().find((status) => status.deviceId === id);

  api.openapi(list, async (c) => {
    const { items, ...rest } = await registry.list(given(c.req.valid("query")));
    const online = new Map(devices().map((status) => [status.deviceId, status]));
    return c.json({ items: items.map((device) => shown(device, online.get(device.deviceId), retentionDays)), ...rest }, 200);
  });
  api.openapi(get, async (c) => {
    const { id } = c.req.valid("param");
    const device = await registry.get(id);
    if (device === undefined) throw notFound("device", id);
    return c.json(shown(device, connected(id), retentionDays), 200);
  });
  api.openapi(patch, async (c) => {
    const { id } = c.req.valid("param");
    const device = await registry.update(id, given(c.req.valid("json")) as DeviceChanges);
    if (device === undefined) throw notFound("device", id);
    return c.json(shown(device, connected(id), retentionDays), 200);
  });
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid("param");
    const known = await registry.get(id) !== undefined || (await archive.sessions({ deviceId: id, limit: 1 })).items.length > 0 ||
      (await archive.turns({ deviceId: id, limit: 1 })).items.length > 0;
    if (!known) throw notFound("device", id);
    const { turns, sessions, audioFiles } = await erase({ deviceId: id });
    await forget(id);
    await registry.remove(id);
    return c.json({ turns, sessions, audioFiles: audioFiles.length }, 200);
  });
}

function shown({ retentionDays, ...device }: DeviceRecord, status: DeviceStatus | undefined, defaultDays: number) {
  const { firmware = status?.firmware, board = status?.board } = device;
  return {
    ...device,
    ...(firmware === undefined ? {} : { firmware }),
    ...(board === undefined ? {} : { board }),
    ...(status === undefined ? {} : { state: status.state, sessionId: status.sessionId, connectedAt: status.connectedAt }),
    online: status !== undefined,
    retention: retentionOf(retentionDays, defaultDays),
  };
}
