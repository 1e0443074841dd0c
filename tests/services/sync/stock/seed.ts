/**
 * What a stock server's tables hold in tests: rows of sessions, out of order, doubled, wrapped, and what they say.
 *
 * @module
 */

import type { Database } from "../../../../services/database/database.ts";

/** The tables as in the interop reference, 2.7. */
export const SCHEMA = `
  CREATE TABLE ai_agent_chat_history (
    id BIGINT AUTO_INCREMENT PRIMARY KEY, mac_address VARCHAR(50), agent_id VARCHAR(32), session_id VARCHAR(50),
    chat_type TINYINT(3), content TEXT, audio_id VARCHAR(32), created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3),
    INDEX (mac_address), INDEX (session_id), INDEX (agent_id), INDEX (agent_id, session_id, created_at), INDEX (audio_id)
  );
  CREATE TABLE ai_agent_chat_audio (id VARCHAR(32) PRIMARY KEY, audio LONGBLOB);
  CREATE TABLE ai_agent_chat_title (id VARCHAR(32) PRIMARY KEY, session_id VARCHAR(255), title VARCHAR(255), INDEX (session_id));
`;

/** A row as it is inserted. */
export interface Row {
  readonly mac: string;
  readonly session: string;
  readonly type: 1 | 2 | 3;
  readonly content: string;
  readonly audio: string | null;
  /** Unix milliseconds. */
  readonly time: number;
}

/** When the first session begins, Unix milliseconds. */
export const START = Date.UTC(2026, 0, 1);
/** How far the times in the tables are ahead. */
const SHANGHAI_MS = 8 * 3_600_000;
/** Rows of one exchange below, and exchanges of a session. */
const EXCHANGES = 4;

/** Exchanges of one session: a question, a tool and its answer, an answer in two rows; and what such a session says. */
export function session(number: number): { readonly rows: Row[]; readonly texts: string[] } {
  const mac = `AA:BB:CC:00:${String(number % 50).padStart(2, "0")}:FF`;
  const id = `session-${number}`;
  const texts: string[] = [];
  const rows: Row[] = [];
  for (let i = 0; i < EXCHANGES; i++) {
    const time = START + number * 60_000 + i * 10_000;
    const row = (type: Row["type"], content: string, at: number, audio: string | null = null): Row => ({
      mac,
      session: id,
      type,
      content,
      audio,
      time: time + at,
    });
    const question = `question ${number}.${i} 天气'\\`;
    const wrapped = i % 2 === 0 ? question : JSON.stringify({ speaker: "Anna", content: question });
    const user = row(1, wrapped, 0, number % 400 === 0 && i === 0 ? "sound" : null);
    rows.push(user, row(2, `Answer ${number}.${i}.`, 3000), row(2, "That is all.", 4000));
    if (i === 1) rows.push(row(3, '[{"type":"tool","text":"f({})"}]', 1000), row(3, '[{"type":"tool_result","text":"{}"}]', 2000));
    // Reported again, because the answer to the report was lost.
    if (i === 2) rows.push(user);
    texts.push(`${id}|${question}|Answer ${number}.${i}. That is all.`);
  }
  return { rows, texts };
}

/** Rows of a session. */
export const ROWS_OF_SESSION = session(0).rows.length;

/** The statement that inserts rows. */
export function insert(rows: readonly Row[]): string {
  const text = (value: string | null) => value === null ? "NULL" : `'${value.replace(/[\\']/g, "\\$&")}'`;
  const values = rows.map(({ mac, session, type, content, audio, time }) => {
    const local = new Date(time + SHANGHAI_MS).toISOString().slice(0, 23).replace("T", " ");
    return `(${text(mac)}, 'agent', ${text(session)}, ${type}, ${text(content)}, ${text(audio)}, '${local}')`;
  });
  return `INSERT INTO ai_agent_chat_history (mac_address, agent_id, session_id, chat_type, content, audio_id, created_at) VALUES ${values}`;
}

/** The same rows, many a little out of order, some far. */
export function shuffled<T>(rows: readonly T[]): T[] {
  let seed = 1;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return rows.map((row, at) => ({ row, at: at + chance() * (chance() < 0.02 ? 500 : 6) })).sort((a, b) => a.at - b.at).map(({ row }) =>
    row
  );
}

/** Writes rows while they are read: in transactions that overlap and commit in another order than they began. */
export async function writeLater(database: Database, name: string, pieces: readonly (readonly Row[])[]): Promise<void> {
  const open = async (rows: readonly Row[], ends: Promise<unknown>, rolledBack: boolean) => {
    await database.use(async (connection) => {
      await connection.run(`USE \`${name}\``);
      await connection.run("BEGIN");
      for (const row of rows) await connection.run(insert([row]));
      await ends;
      await connection.run(rolledBack ? "ROLLBACK" : "COMMIT");
    });
  };
  for (let at = 0; at < pieces.length; at += 3) {
    const later = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<void>();
    // The first transaction, with the smallest ids, commits last.
    const first = open(pieces[at] ?? [], later.promise, false);
    const never = open(pieces[at] ?? [], lost.promise, true);
    await open(pieces[at + 1] ?? [], Promise.resolve(), false);
    await open(pieces[at + 2] ?? [], Promise.resolve(), false);
    lost.resolve();
    await never;
    later.resolve();
    await first;
  }
}
