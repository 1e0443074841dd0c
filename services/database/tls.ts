/**
 * Encryption of connections to the database server, as mysql2 is told.
 *
 * @module
 */

import { isIP } from "node:net";
import type { SslOptions } from "mysql2/promise";
import { AppError, messageOf } from "../../base/errors.ts";
import type { Config } from "../config/mod.ts";

/**
 * What mysql2 is told; undefined for connections in the clear.
 *
 * @throws AppError with code `database_ca` when the file of the certificate authority cannot be read, or `database_tls` when there is no host
 *   name that a certificate could be valid for.
 */
export async function tlsOptions(config: Pick<Config["database"], "host" | "tls" | "tlsCaFile">): Promise<SslOptions | undefined> {
  const { host, tls, tlsCaFile } = config;
  if (tls === "off") return undefined;
  if (tls === "required") return { rejectUnauthorized: false };
  // mysql2 takes any certificate of the authority for an address: it compares names alone.
  if (isIP(host) !== 0) {
    throw new AppError(`Cannot verify a certificate for address ${host}; expected a host name in database.host, or database.tls required`, {
      code: "database_tls",
    });
  }
  // mysql2 compares the name in the certificate with the host only when it is told to.
  const verified = { rejectUnauthorized: true, verifyIdentity: true };
  if (tlsCaFile === "") return verified;
  try {
    return { ...verified, ca: await Deno.readTextFile(tlsCaFile) };
  } catch (error) {
    throw new AppError(`Cannot read '${tlsCaFile}' (${messageOf(error)}); database.tlsCaFile takes a PEM file that this task may read`, {
      code: "database_ca",
      cause: error,
    });
  }
}
