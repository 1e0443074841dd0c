/**
 * The device's first call at every boot: POST to the OTA address, which says where to connect (78/xiaozhi-esp32 main/ota.cc).
 *
 * @module
 */

import { z } from "zod";
import { messageOf } from "../../base/errors.ts";
import { DeviceError } from "./errors.ts";
import type { FirmwareProfile } from "./profile.ts";
import type { ViolationLog } from "./violations.ts";

/** Longest key of the device's flash storage (NVS); a longer one aborts the device at each boot. */
const MAX_KEY_CHARS = 15;

/** Longest string of the device's flash storage, bytes; a longer one aborts the device at each boot. */
const MAX_VALUE_BYTES = 4000;

/** What the call is made of. */
export interface OtaOptions {
  /** The OTA address. */
  readonly url: string;
  readonly profile: FirmwareProfile;
  readonly identity: { readonly deviceId: string; readonly clientId: string };
  readonly violations: ViolationLog;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
}

/** What the device takes from the answer. */
export interface OtaAnswer {
  readonly url: string;
  readonly token: string;
  readonly version: number;
  /** The code to be typed in on a web page first, where the server asks for activation. */
  readonly activation?: { readonly code: string; readonly message: string };
}

const loose = z.record(z.string(), z.unknown());
const answerSchema = z.object({
  websocket: loose.nullish().catch(undefined),
  mqtt: loose.nullish().catch(undefined),
  activation: z.object({ code: z.string().catch(""), message: z.string().catch("") }).nullish().catch(undefined),
});

/**
 * Asks the server where to connect and records what would hurt a device in its answer.
 *
 * @throws DeviceError `ota_unreachable`, `ota_refused`, `ota_no_websocket`; what `signal` was aborted with.
 */
export async function askOta(options: OtaOptions): Promise<OtaAnswer> {
  const { url, violations } = options;
  const response = await post(options);
  const text = await response.text();
  if (response.status !== 200) {
    throw new DeviceError(`OTA request to ${url} got status ${response.status}; a device needs 200`, { code: "ota_refused" });
  }
  const encoding = response.headers.get("content-encoding");
  if (encoding !== null) violations.add("ota_answer", `OTA answer is compressed with ${encoding}; devices cannot read that`);
  const answer = answerSchema.safeParse(parse(text, url)).data ?? {};
  if (answer.mqtt !== undefined && answer.mqtt !== null) {
    violations.add("ota_answer", "OTA answer has an mqtt object, which makes the device use MQTT instead of WebSocket");
  }
  const websocket = answer.websocket;
  if (websocket === undefined || websocket === null || typeof websocket.url !== "string") {
    throw new DeviceError(`OTA answer of ${url} has no websocket.url; without it a device does not know where to connect`, {
      code: "ota_no_websocket",
    });
  }
  checkStorage(websocket, violations);
  return {
    url: websocket.url,
    token: typeof websocket.token === "string" ? websocket.token : "",
    version: typeof websocket.version === "number" ? websocket.version : 1,
    ...(answer.activation?.code ? { activation: answer.activation } : {}),
  };
}

async function post(options: OtaOptions): Promise<Response> {
  const { url, profile, identity } = options;
  try {
    return await options.fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "Accept-Encoding": "identity",
        "Accept-Language": "en-US",
        "Activation-Version": "1",
        "Client-Id": identity.clientId,
        "Content-Type": "application/json",
        "Device-Id": identity.deviceId,
        "User-Agent": `virtual/${profile.version}`,
      },
      body: JSON.stringify(systemInfo(profile, identity)),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw new DeviceError(`No server answers at ${url}: ${messageOf(cause)}`, { code: "ota_unreachable", cause });
  }
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeviceError(`OTA answer of ${url} is no JSON`, { code: "ota_refused", cause });
  }
}

/** Every string and number of the object is written to flash under its own name. */
function checkStorage(websocket: Record<string, unknown>, violations: ViolationLog): void {
  for (const [key, value] of Object.entries(websocket)) {
    if (typeof value !== "string" && typeof value !== "number") continue;
    if (key.length > MAX_KEY_CHARS) {
      violations.add("ota_answer", `Key websocket.${key} is longer than ${MAX_KEY_CHARS} characters; the device would boot for ever`);
    }
    const bytes = new TextEncoder().encode(String(value)).length;
    if (bytes > MAX_VALUE_BYTES) {
      violations.add("ota_answer", `Value of websocket.${key} has ${bytes} bytes; a device stores ${MAX_VALUE_BYTES}`);
    }
  }
  if (websocket.version !== undefined && typeof websocket.version !== "number") {
    violations.add("ota_answer", `websocket.version is ${JSON.stringify(websocket.version)}; it must be a number`);
  }
}

/** What a board of the common kind says of itself (main/boards/common/board.cc). */
function systemInfo(profile: FirmwareProfile, identity: OtaOptions["identity"]): object {
  return {
    version: 2,
    language: "en-US",
    flash_size: 16_777_216,
    minimum_free_heap_size: "8318916",
    mac_address: identity.deviceId,
    uuid: identity.clientId,
    chip_model_name: "esp32s3",
    chip_info: { model: 9, cores: 2, revision: 2, features: 18 },
    application: { name: "xiaozhi", version: profile.version },
    partition_table: [],
    ota: { label: "ota_0" },
    board: { type: "virtual", name: "virtual", ssid: "virtual", rssi: -50, channel: 6, ip: "127.0.0.1", mac: identity.deviceId },
  };
}
