/**
 * A private, throw-away MariaDB or MySQL server: its own folder, its own port on 127.0.0.1, gone with all its data in the end.
 *
 * Its folder is in memory where the machine has room for that, and begins as a copy of one that was made once: a server answers about 0.2 s
 * after it was asked for, so each test file starts its own, and a test of its own where it kills or freezes it.
 *
 * @module
 */

import { createConnection } from "mysql2/promise";
import { freePort } from "./free_port.ts";
import { asRoot, type DataFolder, dataFolder } from "./mariadb_data.ts";
import { needs } from "./programs.ts";
import { type TempDir, tempDir } from "./temp_dir.ts";

/** How long starting and dying may each take, milliseconds: a hundred times what they take on a quiet machine. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** How to reach a database of the server. */
export interface MariadbOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A server that runs, unless it was killed. */
export interface Mariadb extends AsyncDisposable {
  /** A user that may do everything, and a database that is there; both outlive {@link kill}. */
  readonly options: MariadbOptions;
  /** Of the server itself. */
  readonly pid: number;
  /** Makes a database under this name, or under a new one. */
  createDatabase(name?: string): Promise<MariadbOptions>;
  /** Runs statements as the user that may do everything, and gives the rows of the last one. */
  run(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Kills the server as a power cut does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts the server again over the same data and port. */
  restart(): Promise<void>;
  /** Freezes the server, and waits until all of it is: connections stay and nothing answers. */
  pause(): Promise<void>;
  resume(): void;
}

/** What may be asked for beside the usual. */
export interface MariadbStart {
  /** More options of the server, such as `--ssl-cert=…`. */
  readonly args?: readonly string[];
  /** Keeps the data on the disk, and flushes each commit to it, as a server in production does: for measurements. */
  readonly durable?: boolean;
}

/** Starts a server and waits until it answers. */
export async function startMariadb(start: MariadbStart = {}): Promise<Mariadb> {
  const { path: program } = needs("mariadbd");
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(tempDir());
  const data = resources.use(await dataFolder(program, start.durable === true ? folder.path : undefined));
  const server = new Server(program, { folder, data, port: freePort(), start });
  await server.initialise();
  await server.restart();
  resources.defer(() => server.kill());
  server.owns(resources.move());
  return server;
}

/**
 * One server for all tests of a file, from before the first to after the last. `ignore` is for the definitions of the tests: true where no
 * server is installed.
 */
export function mariadbOfFile(start: MariadbStart = {}): { readonly ignore: boolean; server(): Mariadb } {
  const { ignore } = needs("mariadbd");
  let running: Mariadb | undefined;
  if (!ignore) {
    Deno.test.beforeAll(async () => {
      running = await startMariadb(start);
    });
    Deno.test.afterAll(async () => {
      await running?.[Symbol.asyncDispose]();
    });
  }
  return {
    ignore,
    server: () => {
      if (running === undefined) throw new Error("The server is there only within tests");
      return running;
    },
  };
}

/**
 * Ends the server together with the process of the tests, however that ends: then standard input is closed. Data that may lie in memory goes
 * with it, unless it is to be kept.
 */
const KEEPER = '"$@" & child=$!; echo $child > "$PID_FILE"; read -r keep; kill -9 $child; wait; [ -n "$keep" ] || rm -rf "$DATA"';
const KEEP = new TextEncoder().encode("keep\n");

const USER = "tester";
const PASSWORD = "throw-away secret";
const DATABASE = "xiaozhi_test";

interface ServerParts {
  /** Of files that the tests read and write. */
  readonly folder: TempDir;
  readonly data: DataFolder;
  readonly port: number;
  readonly start: MariadbStart;
}

class Server implements Mariadb {
  readonly options: MariadbOptions;
  readonly #program: string;
  readonly #folder: TempDir;
  readonly #data: DataFolder;
  readonly #start: MariadbStart;
  #resources: AsyncDisposable | undefined;
  #child: { readonly pid: number; end(): Promise<void> } | undefined;
  #databases = 0;

  constructor(program: string, { folder, data, port, start }: ServerParts) {
    this.#program = program;
    this.#folder = folder;
    this.#data = data;
    this.#start = start;
    this.options = { host: "127.0.0.1", port, user: USER, password: PASSWORD, database: DATABASE };
  }

  get #isMariadb(): boolean {
    return this.#program.endsWith("mariadbd");
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error("The server does not run");
    return this.#child.pid;
  }

  /** Takes what is to be disposed of with the server. */
  owns(resources: AsyncDisposable): void {
    this.#resources = resources;
  }

  async initialise(): Promise<void> {
    // Run at each start, a statement a line.
    await Deno.writeTextFile(
      this.#folder.join("init.sql"),
      [
        `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';`,
        `GRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;`,
        `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4;`,
        "",
      ].join("\n"),
    );
  }

  async restart(): Promise<void> {
    await this.kill();
    const pidFile = this.#folder.join("pid");
    const args = [
      "-c",
      KEEPER,
      "sh",
      this.#program,
      "--no-defaults",
      ...asRoot(),
      ...this.#data.args,
      `--socket=${this.#folder.join("sock")}`,
      `--init-file=${this.#folder.join("init.sql")}`,
      `--log-error=${this.#folder.join("log")}`,
      `--port=${this.options.port}`,
      "--bind-address=127.0.0.1",
      "--skip-name-resolve",
      "--skip-log-bin",
      "--performance-schema=OFF",
      "--max-connections=100",
      "--innodb-flush-log-at-trx-commit=1",
      // What was written outlives a killed process without a flush to disk; only a machine that dies needs one.
      ...(this.#isMariadb && this.#start.durable !== true ? ["--innodb-flush-method=nosync"] : []),
      "--innodb-buffer-pool-size=16M",
      "--loose-innodb-log-file-size=4M",
      "--innodb-buffer-pool-dump-at-shutdown=0",
      "--innodb-buffer-pool-load-at-startup=0",
      "--key-buffer-size=64K",
      "--loose-aria-pagecache-buffer-size=256K",
      "--loose-mysqlx=0",
      ...this.#start.args ?? [],
    ];
    const env = { PID_FILE: pidFile, DATA: this.#data.path };
    const keeper = new Deno.Command("sh", { args, env, stdin: "piped", stdout: "null", stderr: "null" }).spawn();
    const pid = await until("write its process id", async () => Number(await Deno.readTextFile(pidFile).catch(() => "")) || undefined);
    await Deno.remove(pidFile);
    this.#child = {
      pid,
      end: async () => {
        const input = keeper.stdin.getWriter();
        await input.write(KEEP).then(() => input.close()).catch(() => {});
        await keeper.status;
      },
    };
    try {
      await until("answer", () => this.run("SELECT 1").then(() => true, () => undefined));
    } catch (error) {
      throw new Error(`Cannot start ${this.#program}:\n${await Deno.readTextFile(this.#folder.join("log")).catch(() => "")}`, {
        cause: error,
      });
    }
  }

  async createDatabase(name: string = `test_${++this.#databases}`): Promise<MariadbOptions> {
    await this.run(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
    return { ...this.options, database: name };
  }

  async run(sql: string, database?: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await createConnection({
      host: this.options.host,
      port: this.options.port,
      user: USER,
      password: PASSWORD,
      multipleStatements: true,
      connectTimeout: PATIENCE_MS,
      ...(database === undefined ? {} : { database }),
    });
    try {
      const [result] = await connection.query(sql);
      const last: unknown = Array.isArray(result) && Array.isArray(result.at(-1)) ? result.at(-1) : result;
      return Array.isArray(last) ? last as Record<string, unknown>[] : [];
    } finally {
      await connection.end();
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.end();
  }

  async pause(): Promise<void> {
    Deno.kill(this.pid, "SIGSTOP");
    if (Deno.build.os !== "linux") return;
    // Each thread stops by itself, a moment after the signal. Deno does not open /proc, so grep lists the threads that do not stand yet.
    const args = ["-c", 'grep -L "^State:.T" /proc/"$1"/task/*/status', "sh", String(this.pid)];
    await until("stop", async () => (await new Deno.Command("sh", { args, stderr: "null" }).output()).stdout.length === 0 || undefined);
  }

  resume(): void {
    Deno.kill(this.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources?.[Symbol.asyncDispose]();
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The database server did not ${what} within ${PATIENCE_MS} ms`);
}
