/**
 * What the cache has Redis do, each as one step. A tag is a hash: its `generation`, and the keys of the values that carry it, so that they
 * can be deleted without looking through all keys. A generation is a number that was never used before, so neither a flush nor an eviction
 * of anything can make an old value count again.
 *
 * Scripts delete keys that they find in tags, which a Redis Cluster does not allow; a single Redis, with or without replicas, does.
 *
 * @module
 */

import { NEXT_NUMBER, redisScript } from "../redis/script.ts";

/** Of a hash whose key may hold anything. */
const GENERATION_OF = `
local function generationOf(key)
  local generation = redis.pcall('HGET', key, 'generation')
  return type(generation) == 'string' and generation or nil
end
`;

/**
 * KEYS: value, counter of generations, tags. ARGV: floor of the counter, milliseconds that new tags live, how the text begins of which the
 * caller has a copy, or `""`. Answers: generations; then, where there is a value, the milliseconds that are left of it; then its text, `""`
 * where the caller has a copy, or nothing where it is no text.
 */
export const LOOK = redisScript(
  "read from the cache",
  `${NEXT_NUMBER}${GENERATION_OF}
local found = {}
for i = 3, #KEYS do
  local generation = generationOf(KEYS[i])
  if not generation then
    generation = nextNumber(KEYS[2], ARGV[1])
    redis.call('DEL', KEYS[i])
    redis.call('HSET', KEYS[i], 'generation', generation)
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
  found[i - 2] = generation
end
local generations = table.concat(found, ',')
local left = redis.call('PTTL', KEYS[1])
if left == -2 then return {generations} end
if ARGV[3] ~= '' and redis.pcall('GETRANGE', KEYS[1], 0, #ARGV[3] - 1) == ARGV[3] then return {generations, left, ''} end
local value = redis.pcall('GET', KEYS[1])
if type(value) ~= 'string' then return {generations, left} end
return {generations, left, value}
`,
);

/** KEYS: value, tags. ARGV: generations, text, milliseconds that it lives, milliseconds that its tags live. Answers 1 when it was kept. */
export const FILL = redisScript(
  "write to the cache",
  `${GENERATION_OF}
local found = {}
for i = 2, #KEYS do
  found[i - 1] = generationOf(KEYS[i])
  if not found[i - 1] then return 0 end
end
if table.concat(found, ',') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
for i = 2, #KEYS do
  if i > 2 then redis.call('HSET', KEYS[i], KEYS[1], '') end
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
end
return 1
`,
);

/** KEYS: tags. ARGV: channel, message. Answers how many nodes heard. */
export const INVALIDATE = redisScript(
  "invalidate the cache",
  `for i = 1, #KEYS do
  local fields = redis.pcall('HKEYS', KEYS[i])
  for _, field in ipairs(fields) do
    if field ~= 'generation' then redis.call('UNLINK', field) end
  end
  redis.call('DEL', KEYS[i])
end
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`,
);
