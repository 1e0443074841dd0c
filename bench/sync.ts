/**
 * How long after it was committed at its source a row is in the archive here, polled and pushed: `deno task bench -- sync [--quick]`. It needs
 * mariadbd or mysqld.
 *
 * @module
 */

import { encodeWav } from "../audio/wav.ts";
import { startMariadb } from "../tests/support/mariadb.ts";
import { needs } from "../tests/support/programs.ts";
import { type ServerProcess, startServer } from "../tests/support/server_process.ts";
import { testDatabase } from "../tests/support/database.ts";
import { insert, SCHEMA } from "../tests/services/sync/stock/seed.ts";
import { printMethod, printTable, quick } from "./support/report.ts";
import { spread } from "./support/stats.ts";

const EXCHANGES = quick ? 20 : 150;
const SECRET = "the secret of a stock server";
const DEVICE = "AA:BB:CC:DD:EE:FF";
/** Between two looks at the archive, milliseconds: the error of each figure. */
const LOOK_MS = 2;
/** Pauses between two rows, milliseconds: at random up to this, so that rows meet the readings anywhere. */
const PAUSE_MS = 400;
const SOUND_SECONDS = 3;

const METHOD = `
- The server as \`deno task start\` runs it is a process of its own; source and archive are tables of one private MariaDB, flushed to the disk at
  each commit. A third process, this one, writes rows as a stock server does, ${EXCHANGES} questions each with an answer, at random up to ${PAUSE_MS} ms apart,
  and looks into the archive's table every ${LOOK_MS} ms.
- poll: from the end of the INSERT into ai_agent_chat_history to the moment in which the row's text is in the archive. The source is active; a
  quiet one is read every 30 s.
- push: the same from before POST /xiaozhi/agent/chat-history/report is sent; answer is until it is answered, which means durable. With sound:
  ${SOUND_SECONDS} s of 16 kHz WAV with each question, kept as Ogg Opus.
`;

/** What waits to be seen, by its text: since when. */
type Waiting = Map<string, number>;

interface Stage extends AsyncDisposable {
  readonly server: ServerProcess;
  /** Runs a statement beside the server. */
  run(sql: string): Promise<unknown>;
  /** Texts of the newest turns. */
  newest(): Promise<readonly string[]>;
}

async function stage(env: Readonly<Record<string, string>>): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const mariadb = opening.use(await startMariadb({ durable: true, args: ["--innodb-buffer-pool-size=256M"] }));
  const { host, port, user, password, database: name } = mariadb.options;
  await mariadb.run(SCHEMA, name);
  const database = opening.use(await testDatabase(mariadb.options));
  const server = opening.use(
    await startServer({
      env: {
        XIAOZHI_DATABASE_HOST: host,
        XIAOZHI_DATABASE_PORT: String(port),
        XIAOZHI_DATABASE_USER: user,
        XIAOZHI_DATABASE_PASSWORD: password,
        XIAOZHI_DATABASE_NAME: name,
        ...env,
      },
    }),
  );
  const resources = opening.move();
  const newest = "SELECT user_text, reply_text FROM xz_turns ORDER BY started_at DESC LIMIT 20";
  return {
    server,
    run: (sql) => database.use((session) => session.run(sql)),
    newest: async () =>
      (await database.use((session) => session.rows(newest))).flatMap((row) => [String(row["user_text"]), String(row["reply_text"])]),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Has `write` write each row and gives how long after that each was seen, milliseconds. */
async function delays({ newest }: Stage, write: (text: string, type: 1 | 2, began: () => void) => Promise<void>): Promise<number[]> {
  const waiting: Waiting = new Map();
  const seen: number[] = [];
  let writing = true;
  const looking = (async () => {
    // The tables are made while the server starts.
    while (writing || waiting.size > 0) {
      for (const text of await newest().catch((): string[] => [])) {
        const since = waiting.get(text);
        if (since === undefined) continue;
        seen.push(performance.now() - since);
        waiting.delete(text);
      }
      await pause(LOOK_MS);
    }
  })();
  for (let n = -1; n < EXCHANGES; n++) {
    for (const type of [1, 2] as const) {
      const text = `${type === 1 ? "Question" : "Answer"} ${n}`;
      await write(text, type, () => n >= 0 && waiting.set(text, performance.now()));
      await pause(Math.random() * PAUSE_MS);
    }
    // The first exchange wakes a quiet source up.
    while (n < 0 && !(await newest().catch((): string[] => [])).includes("Answer -1")) await pause(50);
  }
  writing = false;
  await looking;
  return seen;
}

async function poll(minIntervalMs: number): Promise<string[]> {
  const env = { XIAOZHI_SYNC_STOCK_DATABASE: "xiaozhi_test", XIAOZHI_SYNC_MIN_INTERVAL_MS: String(minIntervalMs) };
  await using on = await stage({ ...env, XIAOZHI_SYNC_INTERVAL_MS: "1000" });
  const times = await delays(on, async (content, type, began) => {
    await on.run(insert([{ mac: DEVICE, session: "bench", type, content, audio: null, time: Date.now() }]));
    began();
  });
  return [`poll, at most every ${minIntervalMs} ms`, String(times.length), ...spread(times), "-", "-"];
}

async function push(sound: boolean): Promise<string[]> {
  await using on = await stage({ XIAOZHI_SYNC_PUSH_SECRET: SECRET, ...(sound ? { XIAOZHI_HISTORY_AUDIO: "user" } : {}) });
  const samples = Int16Array.from({ length: 16_000 * SOUND_SECONDS }, (_, at) => 8000 * Math.sin(at / 7));
  const audioBase64 = sound ? encodeWav({ sampleRate: 16_000, samples }).toBase64() : null;
  const answered: number[] = [];
  const times = await delays(on, async (content, chatType, began) => {
    const body = {
      macAddress: DEVICE,
      sessionId: "bench",
      chatType,
      content,
      reportTime: Date.now(),
      audioBase64: chatType === 1 ? audioBase64 : null,
    };
    const from = performance.now();
    began();
    const response = await fetch(`${on.server.url}/xiaozhi/agent/chat-history/report`, {
      method: "POST",
      headers: { authorization: `Bearer ${SECRET}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { code } = await response.json();
    if (code !== 0) throw new Error(`The report was answered with ${code}`);
    answered.push(performance.now() - from);
  });
  const [p50 = "", , p99 = ""] = spread(answered);
  return [sound ? "push with sound" : "push", String(times.length), ...spread(times), p50, p99];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  if (needs("mariadbd").ignore) Deno.exit(1);
  printMethod("From the source to the archive", METHOD);
  const rows: string[][] = [];
  for (const row of [() => poll(1000), () => poll(250), () => push(false), () => push(true)]) rows.push(await row());
  printTable(["", "rows", "ms p50", "p95", "p99", "max", "answer p50", "p99"], rows);
}
