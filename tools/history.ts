/**
 * `deno task history`: shows the conversations in the history database. It only reads, so it may run beside the server.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { AppError, messageOf } from "../base/errors.ts";
import { loadSystemConfig } from "../services/config/mod.ts";
import { listSessions, listTurns, queryBuilder } from "../services/history/queries.ts";
import type { SessionSummary, StoredTurn } from "../services/history/store.ts";
import { timeline } from "../services/timeline/timeline.ts";
import { findTurn, openHistoryFile } from "./history_file.ts";
import { print } from "./output.ts";
import { formatTable, plain } from "./table.ts";
import { waterfallText } from "./waterfall/text.ts";

const HELP = `Shows sessions and turns from the history database, newest last. Works while the server runs.

  deno task history [options]

  --device <id>      only this device, such as aa:bb:cc:dd:ee:ff
  --session <id>     only this session
  --timeline <turn>  where the time of one turn went: its id or the end of it, as in the first column, or 'last'
  --limit <n>        how many sessions and how many turns; 20 unless told, at most 1000
  --config <file>    configuration that names the data directory; else the server's own
  --data-dir <path>  data directory, whatever the configuration says
  --json             everything as one JSON object, texts and timings in full
  --help             this text

In a reply, ${"▮"} stands where playing stopped: what comes after it was not heard.
"Answer" is the time from the end of speech to the first frame of the reply; --timeline says what it was spent on.
`;

/** Marks where playing stopped. */
const HEARD_END = "▮";
const DEFAULT_LIMIT = 20;
/** Characters of a turn's id that are shown: its random end. */
const SHORT_ID = 6;
/** Width where there is no terminal to ask, such as in a pipe. */
const DEFAULT_WIDTH = 120;

/** What {@link showHistory} needs of its surroundings. */
export interface HistoryToolOptions {
  readonly args: readonly string[];
  readonly write: (text: string) => void;
  /** Finds the data directory as the server does, with these arguments. */
  readonly dataDir: (args: readonly string[]) => Promise<string>;
  /** Terminal columns. */
  readonly width?: number;
}

/**
 * Runs the command.
 *
 * @returns The exit code.
 */
export async function showHistory(options: HistoryToolOptions): Promise<number> {
  const { write } = options;
  let flags: ReturnType<typeof parse>;
  try {
    flags = parse(options.args);
  } catch (error) {
    write(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    write(HELP);
    return 0;
  }
  try {
    const dataDir = flags.dataDir ?? await options.dataDir(flags.config === undefined ? [] : ["--config", flags.config]);
    if (flags.timeline !== undefined) {
      write(await showTimeline(dataDir, flags.timeline, flags.json, options.width ?? DEFAULT_WIDTH));
      return 0;
    }
    const found = await read(dataDir, flags);
    if (flags.json) write(JSON.stringify(found ?? { sessions: [], turns: [] }, null, 2) + "\n");
    else if (found === undefined) {
      write(`No history yet in '${dataDir}': it begins with the first conversation. Start the server, then speak.\n`);
    } else write(page(found.sessions, found.turns, flags, options.width ?? DEFAULT_WIDTH));
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    write(`${error.message}\n`);
    return 1;
  }
}

interface Flags {
  readonly device: string | undefined;
  readonly session: string | undefined;
  readonly timeline: string | undefined;
  readonly limit: number;
}

function parse(args: readonly string[]): Flags & { dataDir: string | undefined; config: string | undefined; json: boolean; help: boolean } {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      device: text,
      session: text,
      timeline: text,
      limit: text,
      config: text,
      "data-dir": text,
      json: flag,
      help: { ...flag, short: "h" },
    },
  });
  const limit = values.limit === undefined ? DEFAULT_LIMIT : Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`Option --limit takes a whole number from 1, not '${values.limit}'`);
  return {
    device: values.device?.toLowerCase(),
    session: values.session,
    timeline: values.timeline,
    limit,
    dataDir: values["data-dir"],
    config: values.config,
    json: values.json,
    help: values.help,
  };
}

async function read(dataDir: string, flags: Flags): Promise<{ sessions: SessionSummary[]; turns: StoredTurn[] } | undefined> {
  using db = await openHistoryFile(dataDir);
  if (db === undefined) return undefined;
  const builder = queryBuilder(db);
  const device = flags.device === undefined ? {} : { deviceId: flags.device };
  const session = flags.session === undefined ? {} : { sessionId: flags.session };
  const sessions = await listSessions(builder, { ...device, limit: flags.session === undefined ? flags.limit : Infinity });
  return {
    sessions: sessions.filter((each) => flags.session === undefined || each.sessionId === flags.session).reverse(),
    turns: await listTurns(builder, { ...device, ...session, limit: flags.limit }),
  };
}

function page(sessions: readonly SessionSummary[], turns: readonly StoredTurn[], flags: Flags, width: number): string {
  if (sessions.length === 0 && turns.length === 0) {
    const asked = [flags.device && `device '${flags.device}'`, flags.session && `session '${flags.session}'`].filter(Boolean).join(", ");
    return asked === "" ? "The history is empty: nobody has spoken yet.\n" : `Nothing in the history for ${asked}.\n`;
  }
  const sessionTable = formatTable(
    [
      { title: "Session" },
      { title: "Device" },
      { title: "Began" },
      { title: "Lasted", align: "right" },
      { title: "Turns", align: "right" },
      {
        title: "Ended by",
      },
    ],
    sessions.map((each) => [
      each.sessionId,
      each.deviceId,
      time(each.startedAt),
      each.endedAt === undefined ? "" : seconds(each.endedAt - each.startedAt),
      String(each.turns),
      each.endedAt === undefined ? "still open" : each.endReason ?? "",
    ]),
    width,
  );
  const oneDevice = new Set(turns.map((turn) => turn.deviceId)).size <= 1;
  const turnTable = formatTable(
    [
      { title: "Turn" },
      { title: "Began" },
      ...(oneDevice ? [] : [{ title: "Device" }]),
      { title: "Outcome" },
      { title: "Answer", align: "right" },
      { title: "Heard", align: "right" },
      { title: "Person", flexible: true },
      { title: "Reply", flexible: true },
    ],
    turns.map((turn) => [
      turn.turnId.slice(-SHORT_ID),
      time(turn.startedAt),
      ...(oneDevice ? [] : [turn.deviceId]),
      turn.error === undefined || turn.outcome === "crashed" ? turn.outcome : `${turn.outcome}: ${turn.error.code}`,
      answerTime(turn),
      turn.heardMs > 0 ? seconds(turn.heardMs) : "",
      turn.userText,
      markHeard(turn.replyText, turn.heardText),
    ]),
    width,
  );
  return [...(sessions.length > 0 ? [sessionTable] : []), ...(turns.length > 0 ? [turnTable] : [])].join("\n");
}

/** The reply with a mark where playing stopped; none when all of it was heard. */
export function markHeard(reply: string, heard: string): string {
  if (reply === "" || heard.trim() === reply.trim()) return reply;
  if (reply.startsWith(heard)) return `${heard}${HEARD_END}${reply.slice(heard.length)}`;
  return `${heard}${HEARD_END} (of: ${reply})`;
}

function answerTime(turn: StoredTurn): string {
  const { responseMs } = timeline(turn);
  return responseMs === undefined ? "" : `${Math.round(responseMs)} ms`;
}

async function showTimeline(dataDir: string, which: string, json: boolean, width: number): Promise<string> {
  using db = await openHistoryFile(dataDir);
  if (db === undefined) throw new AppError(`No history yet in '${dataDir}'; expected one with turns`, { code: "turn_unknown" });
  const turn = await findTurn(db, which);
  if (json) return JSON.stringify({ turnId: turn.turnId, timings: turn.timings, ...timeline(turn) }, null, 2) + "\n";
  return plain(`Turn ${turn.turnId}  ${turn.deviceId}  ${time(turn.startedAt)}  ${turn.outcome}`) + "\n" + waterfallText(turn, width);
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

function time(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

if (import.meta.main) {
  Deno.exitCode = await showHistory({
    args: Deno.args,
    write: print,
    dataDir: async (args) => (await loadSystemConfig(args)).config.dataDir,
    ...(Deno.stdout.isTerminal() ? { width: Deno.consoleSize().columns } : {}),
  });
}
