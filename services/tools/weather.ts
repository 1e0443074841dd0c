/**
 * The tool that asks a weather service over HTTP, whichever the owner configured.
 *
 * @module
 */

import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import { defineTool, type ServerTool } from "./tool.ts";

/** Most bytes that are read: forecasts of a week by the hour have less. What comes after is not read. */
const MAX_BYTES = 65_536;

/** Longest name of a place. */
const MAX_PLACE_CHARS = 100;

/** What the tool needs. */
export interface WeatherOptions {
  /** Address with `{place}` in it. It may hold a key, and so is in no error. */
  readonly url: string;
  /** Place that is meant where none is named; empty for none. */
  readonly place: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

/** Makes the tool. */
export function weatherTool({ url, place, timeoutMs, fetch }: WeatherOptions): ServerTool {
  const name = z.string().trim().min(1).max(MAX_PLACE_CHARS).describe("City or region, in English where it has an English name");
  return defineTool({
    name: "get_weather",
    description: "Tells the weather of a place, now and in the days to come." +
      (place === "" ? " Ask for the place when it is not known." : ` Without a place it is that of ${place}.`),
    schema: z.strictObject({ place: place === "" ? name : name.default(place) }),
    timeoutMs,
    run: async (args, _context, { signal }) => {
      const response = await answer(fetch, url.replaceAll("{place}", encodeURIComponent(args.place)), signal);
      const type = response.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
      const isJson = /^application\/(?:.+\+)?json$/.test(type);
      if (!response.ok || !(isJson || type === "text/plain" || type === "")) {
        await response.body?.cancel().catch(() => {});
        const what = response.ok ? `a ${type || "nameless"} document` : `HTTP status ${response.status}`;
        throw new AppError(`The weather service answered with ${what}; expected JSON or plain text`, { code: "tool_weather" });
      }
      const text = (await beginning(response)).trim();
      if (text === "") throw new AppError(`The weather service knows nothing of "${args.place}"`, { code: "tool_weather" });
      return isJson ? compact(text) : text;
    },
  });
}

async function answer(fetch: typeof globalThis.fetch, url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal, headers: { accept: "application/json, text/plain" } });
  } catch (error) {
    signal.throwIfAborted();
    // What fetch says holds the address.
    throw new AppError("The weather service cannot be reached", { code: "tool_weather", retryable: true, cause: error });
  }
}

/** The first {@link MAX_BYTES} of a body. */
async function beginning(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk.subarray(0, MAX_BYTES - bytes), { stream: true });
    bytes += chunk.byteLength;
    if (bytes >= MAX_BYTES) break;
  }
  return text;
}

/** JSON without the white space that models would have to read; what is cut off in the middle stays as it is. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
