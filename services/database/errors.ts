/**
 * What goes wrong at a MySQL or MariaDB server, in this project's words. What the server itself says is not passed on: it quotes statements
 * and values, and with them what people said.
 *
 * @module
 */

import { HistoryError, type HistoryErrorCode } from "../history/errors.ts";

/** Error numbers of the server, from https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html. */
const NUMBERS: Readonly<Record<number, readonly [HistoryErrorCode, string]>> = {
  1020: ["history_busy", "found a row changed by another transaction"],
  1205: ["history_busy", "did not get a lock that another transaction holds"],
  1213: ["history_busy", "ended the transaction to resolve a deadlock"],
  1021: ["disk_full", "has no space left; free some"],
  1026: ["disk_full", "cannot write to its disk; free some space"],
  1114: ["disk_full", "has no space left for the table; free some"],
  1040: ["history_unreachable", "has too many connections; lower database.poolSize or raise max_connections there"],
  1203: ["history_unreachable", "allows the user no more connections; lower database.poolSize"],
  1226: ["history_unreachable", "allows the user no more for now; raise the user's limits there"],
  1044: ["history_unreachable", "denies the user that database; GRANT it, or see database.name"],
  1045: ["history_unreachable", "refuses the user or the password; see database.user and database.password"],
  1049: ["history_unreachable", "has no such database; create it, or see database.name"],
  1142: ["history_unreachable", "denies the user a right on a table; GRANT it"],
  1143: ["history_unreachable", "denies the user a right on a column; GRANT it"],
  1227: ["history_unreachable", "denies the user a right; GRANT it"],
  1698: ["history_unreachable", "refuses the user; see database.user and database.password"],
  3159: ["history_unreachable", "takes encrypted connections alone; set database.tls"],
  1053: ["history_unreachable", "is shutting down"],
  1077: ["history_unreachable", "is shutting down"],
  1290: ["history_unreachable", "is read-only"],
  1792: ["history_unreachable", "is read-only"],
  1836: ["history_unreachable", "is read-only"],
  1317: ["history_unreachable", "broke the statement off"],
  1927: ["history_unreachable", "ended the connection"],
  3169: ["history_unreachable", "ended the connection"],
  4031: ["history_unreachable", "ended the connection"],
  1153: ["history_failed", "takes no statement of that size; raise max_allowed_packet there"],
};

/** Codes of sockets and of mysql2. */
const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  ENOTFOUND: "has a name that is not known; see database.host",
  EAI_AGAIN: "has a name that cannot be looked up now",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  ETIMEDOUT: "does not answer",
  PROTOCOL_SEQUENCE_TIMEOUT: "does not answer",
  ECONNRESET: "broke the connection off",
  EPIPE: "broke the connection off",
  PROTOCOL_CONNECTION_LOST: "closed the connection",
  HANDSHAKE_SSL_ERROR: "could not be reached over TLS; see database.tls and database.tlsCaFile",
  HANDSHAKE_NO_SSL_SUPPORT: "does not offer TLS; see database.tls",
};

/** A certificate that is not accepted, in the words of Deno and of OpenSSL. */
const CERTIFICATE = /certificate|self.?signed|unknown ?issuer|hostname\/ip does not match|altnames/i;

/**
 * Turns what mysql2 throws into a {@link HistoryError} that holds neither values nor passwords.
 *
 * @param action What was being done, such as `commit a turn`.
 * @param server Host and port, for people.
 */
export function databaseError(thrown: unknown, action: string, server: string): HistoryError {
  if (thrown instanceof HistoryError) return thrown;
  const { code, errno, fatal, message } = (thrown ?? {}) as { code?: unknown; errno?: unknown; fatal?: unknown; message?: unknown };
  const sentence = (reason: string) => `Cannot ${action}: database server ${server} ${reason}`;
  const cause = new Error(`${String(code ?? "unknown")}${typeof errno === "number" && errno > 0 ? ` (${errno})` : ""}`);
  const known = typeof errno === "number" ? NUMBERS[errno] : undefined;
  if (known !== undefined) return new HistoryError(sentence(known[1]), known[0], cause);
  const socket = typeof code === "string" ? CODES[code] : undefined;
  if (code === "HANDSHAKE_SSL_ERROR" || CERTIFICATE.test(String(message)) && !(typeof errno === "number" && errno > 0)) {
    const reason = "has no certificate that is valid here; see database.tls and database.tlsCaFile";
    return new HistoryError(
      sentence(CERTIFICATE.test(String(message)) ? reason : CODES.HANDSHAKE_SSL_ERROR ?? ""),
      "history_unreachable",
      cause,
    );
  }
  if (socket !== undefined) return new HistoryError(sentence(socket), "history_unreachable", cause);
  // mysql2 marks what ends a connection; beyond the codes above that is a broken conversation.
  if (fatal === true) return new HistoryError(sentence("cannot be talked to"), "history_unreachable", cause);
  return new HistoryError(sentence(`refused with ${cause.message}`), "history_failed", cause);
}

/** Whether an error means that the connection is of no use any more. */
export function endsConnection(error: HistoryError): boolean {
  return error.code === "history_unreachable" || error.code === "history_closed";
}
