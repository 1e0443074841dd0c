/**
 * Section `redis`: the Redis that nodes share.
 *
 * @module
 */

import { z } from "zod";
import { MAX_PORT } from "./limits.ts";

/** First parts of the keys of a stock xiaozhi-esp32-server, which may live in the same Redis and must never be touched (`RedisKeys.java`). */
const STOCK_ROOTS = ["sys", "server", "sms", "ota", "tmp_register_mac", "agent", "voiceClone", "model", "timbre", "knowledge", "device"];

/** As long as a name of a deployment; keys hold it once each. */
const MAX_PREFIX = 64;

/** Redis itself allows as many as its configuration says, 16 by default. */
const MAX_DB = 65_535;

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== "";
}

function isOwnPrefix(text: string): boolean {
  const [root = "", ...rest] = text.split(":");
  return /^[\w.-]+$/.test(root) && rest.length > 0 && text.endsWith(":") && !/[\s*?[\]\\{}]/.test(text) && !STOCK_ROOTS.includes(root);
}

/** Schema of the section. */
export const redisSection = z.strictObject({
  url: z.string().refine((text) => text === "" || isRedisUrl(text)).default("").meta({
    description: "Address of Redis such as redis://user:password@host:6379/0, or rediss:// for TLS; empty takes the keys below",
    expects: "a redis or rediss URL, or nothing",
    secret: true,
  }),
  host: z.string().default("").meta({ description: "Host of Redis; empty, with an empty url, uses none" }),
  port: z.int().min(1).max(MAX_PORT).default(6379).meta({ description: "Port of Redis" }),
  username: z.string().default("").meta({ description: "User of Redis; empty is the default user" }),
  password: z.string().default("").meta({ description: "Password of Redis; empty sends none", secret: true }),
  db: z.int().min(0).max(MAX_DB).default(0).meta({ description: "Number of the database within Redis" }),
  tls: z.boolean().default(false).meta({ description: "Encrypt the connection and check the server's certificate" }),
  prefix: z.string().max(MAX_PREFIX).refine(isOwnPrefix).default("xz:").meta({
    description: "What all keys and channels begin with, so that a stock server's keys in the same Redis stay untouched",
    expects: `a name that ends with a colon, not one of a stock server's (${STOCK_ROOTS.join(", ")})`,
  }),
  timeoutMs: z.int().min(50).max(10_000).default(500).meta({
    description: "Milliseconds after which Redis counts as unreachable and the work goes on without it",
  }),
});
