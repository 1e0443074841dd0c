/**
 * Lua that Redis runs as one step.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** A script and the name by which a server that has seen it knows it. */
export interface RedisScript {
  /** What it does, for errors and measurements, such as `read from the cache`. */
  readonly name: string;
  readonly lua: string;
  /** SHA-1 of the text, as EVALSHA takes it. */
  readonly sha: string;
}

/** Makes a script. */
export function redisScript(name: string, lua: string): RedisScript {
  return { name, lua, sha: createHash("sha1").update(lua).digest("hex") };
}

/**
 * Lua of a function `nextNumber(key, floor)`: a number greater than every one that it gave for that key before. It counts from the time of
 * the server in microseconds, so that it goes on growing when the counter has been flushed or has not outlived a restart; and from `floor`,
 * which callers remember, so that a clock that was put back does not matter either while one of them runs. Numbers stay below 2^53.
 */
export const NEXT_NUMBER = `
local function nextNumber(key, floor)
  local time = redis.call('TIME')
  local kept = redis.pcall('GET', key)
  local last = type(kept) == 'string' and tonumber(kept) or 0
  local number = math.max(last + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]), tonumber(floor) + 1)
  local text = string.format('%.0f', number)
  redis.call('SET', key, text)
  return text
end
`;
