/**
 * The OTA address: what a device asks at every boot to learn the time and the address of its socket.
 *
 * Shapes after the firmware (78/xiaozhi-esp32, main/ota.cc). It stores every string and number inside `websocket` under its own name and
 * reboots on a name that is too long, and any `mqtt` member makes it prefer MQTT; so the answer holds these members and no other.
 *
 * @module
 */

import type { Logger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { DeviceTokens } from "../services/tokens.ts";
import type { Admission } from "./admission.ts";
import { claimedIdentity, IDENTITY_ERRORS } from "./device_identity.ts";
import type { DevicePolicy } from "./device_policy.ts";
import { deviceUrl, type DeviceUrlOptions, OTA_PATH } from "./device_url.ts";
import { readBounded } from "./bounded_body.ts";
import { problemResponse } from "./problem.ts";
import { offsetMinutes } from "./timezone.ts";
import type { TrustedProxies } from "./trusted_proxies.ts";

/** What was learnt of a device that asked. */
export interface SeenDevice {
  readonly deviceId: string;
  readonly clientId: string;
  readonly remoteAddress: string;
  /** Unix milliseconds. */
  readonly seenAt: number;
  /** Board type, such as `bread-compact-wifi`. */
  readonly board?: string;
  /** Strength of its Wi-Fi, dBm. */
  readonly rssi?: number;
  /** Version of the firmware. */
  readonly version?: string;
  /** Language of the firmware, such as `zh-CN`. */
  readonly language?: string;
}

/** What the route needs. */
export interface OtaDeps extends DeviceUrlOptions {
  readonly policy: DevicePolicy;
  readonly tokens: Pick<DeviceTokens, "issue">;
  /** Whether devices are handed a token; where not, an empty one clears what an earlier server left. */
  readonly issueTokens: boolean;
  readonly proxies: TrustedProxies;
  /** IANA zone, or empty for the machine's. */
  readonly timezone: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often devices may ask; as often as they like by default. */
  readonly admission?: Pick<Admission, "ota" | "refused">;
  /** Hears of every device that was answered. What it throws is logged and goes no further. */
  readonly onDeviceSeen?: (device: SeenDevice) => void | Promise<void>;
}

/** For web clients, which run on pages of other origins; the values are those of the stock server. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "client-id, content-type, device-id, authorization",
  "access-control-allow-methods": "GET, POST, OPTIONS",
};

/** System information of a device is about 1 kB, and 4 kB with the longest partition table. */
const MAX_BODY_BYTES = 64 * 1024;

/** Versions and names as firmware has them; anything longer is not worth keeping. */
const shortText = z.string().trim().min(1).max(64);

/** The parts of the body that are looked at; each may be missing or odd without harm to the others. */
const bodySchema = z.object({
  language: shortText.optional().catch(undefined),
  application: z.object({ version: shortText.optional().catch(undefined) }).optional().catch(undefined),
  board: z.object({
    type: shortText.optional().catch(undefined),
    rssi: z.int().min(-127).max(0).optional().catch(undefined),
  }).optional().catch(undefined),
});

/** Whether `pathname` is the OTA address, with or without its final slash. */
export function isOtaPath(pathname: string): boolean {
  return pathname === OTA_PATH || `${pathname}/` === OTA_PATH;
}

/** Makes the handler of all methods of the OTA address. `peer` is the address of the socket. */
export function createOta(deps: OtaDeps): (request: Request, peer: string) => Promise<Response> {
  return async (request, peer) => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    if (request.method === "GET" || request.method === "HEAD") return forPeople(deps, request, peer);
    if (request.method === "POST") return await forDevice(deps, request, peer);
    const title = "The OTA address takes POST from devices and GET from browsers";
    return problemResponse({ status: 405, code: "method_not_allowed", title }, { ...CORS, allow: "GET, POST, OPTIONS" });
  };
}

function forPeople(deps: OtaDeps, request: Request, peer: string): Response {
  const url = deviceUrl(deps, request.headers, peer, deps.proxies) ?? "unknown, because the request has no valid Host";
  const text = `This is the OTA address. Devices that use it are told to connect to ${url}\n` +
    `这是 OTA 地址，使用它的设备会连接到 ${url}\n`;
  return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...CORS } });
}

async function forDevice(deps: OtaDeps, request: Request, peer: string): Promise<Response> {
  const remoteAddress = deps.proxies.client(request.headers, peer);
  const refuse = (status: number, code: string, title: string, headers: Record<string, string> = {}) => {
    deps.admission?.refused(code);
    deps.logger.info("Refused an OTA request from {remoteAddress}: {title}", { remoteAddress, status, code, title });
    return problemResponse({ status, code, title }, { ...CORS, ...headers });
  };
  const claimed = claimedIdentity(request.headers);
  if (!claimed.ok) return refuse(400, claimed.error, IDENTITY_ERRORS[claimed.error]);
  const { deviceId, clientId } = claimed.identity;
  const tooOften = deps.admission?.ota(remoteAddress, deviceId);
  if (tooOften !== undefined) {
    return refuse(tooOften.status, tooOften.code, tooOften.title, { "retry-after": String(tooOften.retryAfterS) });
  }
  const allowed = await deps.policy(deviceId);
  if (!allowed.ok) return refuse(403, "device_not_allowed", allowed.reason);
  const url = deviceUrl(deps, request.headers, peer, deps.proxies);
  if (url === undefined) return refuse(400, "host_invalid", "The Host header is missing or no host name; set server.publicUrl");

  const { language, application, board } = await systemInformation(request);
  const version = application?.version ?? /\/([^\s/]{1,64})$/.exec(request.headers.get("user-agent") ?? "")?.[1];
  const now = deps.clock.wall();
  try {
    await deps.onDeviceSeen?.({
      deviceId,
      clientId,
      remoteAddress,
      seenAt: now,
      ...(board?.type === undefined ? {} : { board: board.type }),
      ...(board?.rssi === undefined ? {} : { rssi: board.rssi }),
      ...(version === undefined ? {} : { version }),
      ...(language === undefined ? {} : { language }),
    });
  } catch (error) {
    deps.logger.warn("Device {deviceId} could not be noted: {error}", { deviceId, error: messageOf(error) });
  }
  deps.logger.info("Device {deviceId} asked OTA for its settings", { deviceId, board: board?.type, version, remoteAddress });
  const answer = {
    server_time: { timestamp: now, timezone_offset: offsetMinutes(deps.timezone, now) },
    // The firmware compares versions with std::stoi, which throws on a part that is no number: only what it can read is echoed.
    ...(version !== undefined && /^\d{1,9}(\.\d{1,9})*$/.test(version) ? { firmware: { version, url: "" } } : {}),
    websocket: { url, token: deps.issueTokens ? deps.tokens.issue(clientId, deviceId) : "", version: 1 },
  };
  const body = new TextEncoder().encode(JSON.stringify(answer));
  // Without a length the firmware waits 30 s for the end of a kept-alive answer.
  const headers = { "content-type": "application/json", "content-length": String(body.byteLength), "cache-control": "no-store" };
  return new Response(body, { headers: { ...headers, ...CORS } });
}

/** What the body says, or nothing: the firmware does not escape strings such as the SSID, so that the JSON may be malformed. */
async function systemInformation(request: Request): Promise<z.infer<typeof bodySchema>> {
  try {
    const parsed = bodySchema.safeParse(JSON.parse(await readBounded(request, MAX_BODY_BYTES)));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}
