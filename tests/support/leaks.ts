/**
 * Finds what Deno's sanitizers miss: workers that were never terminated, sockets and files that native code or npm packages hold, and
 * pools that say of themselves that something is still out.
 *
 * File descriptors belong to the process, so test files that import this module are run one after another (see tools/test.ts).
 *
 * @module
 */

import { AppError } from "../../base/errors.ts";

/** How long what was closed may take to be gone: the kernel and Deno's I/O threads close late. */
const GRACE_MS = 2000;
const POLL_MS = 20;

/** Counts from its making to its disposal, which throws if anything was left open. */
export interface LeakTracker extends AsyncDisposable {
  /** Has something counted that only its owner can see, such as the busy connections of a pool. It must be back at 0 at the end. */
  pool(name: string, open: () => number): void;
  /** What is open now that was not open at the start, one line each. */
  open(): string[];
}

/** Starts counting: `await using leaks = trackLeaks()`. One at a time. */
export function trackLeaks(graceMs: number = GRACE_MS): LeakTracker {
  const workers = watchWorkers();
  // The first process that Deno starts opens sockets for the signals of all others: let that happen before counting.
  descriptors();
  const before = new Map(descriptors());
  const threadsBefore = new Map(workerThreads());
  const pools = new Map<string, () => number>();
  const open = (): string[] => [
    ...workers.alive(),
    ...workerThreads().filter(([thread]) => !threadsBefore.has(thread)).map(([thread, name]) => `thread ${thread}: ${name}`),
    ...descriptors().filter(([fd, target]) => before.get(fd) !== target).map(([fd, target]) => `descriptor ${fd}: ${target}`),
    ...[...pools].filter(([, count]) => count() !== 0).map(([name, count]) => `pool ${name}: ${count()} open`),
  ];
  return {
    pool: (name, count) => void pools.set(name, count),
    open,
    [Symbol.asyncDispose]: async () => {
      try {
        for (let waited = 0; waited < graceMs && open().length > 0; waited += POLL_MS) {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
        const left = open();
        if (left.length > 0) throw new AppError(`Leaked ${left.length}, expected 0:\n  ${left.join("\n  ")}`, { code: "leak" });
      } finally {
        workers.restore();
      }
    },
  };
}

/** Runs `body` and throws if it left anything open. */
export async function assertNoLeaks(body: (leaks: LeakTracker) => Promise<void> | void, graceMs: number = GRACE_MS): Promise<void> {
  await using leaks = trackLeaks(graceMs);
  await body(leaks);
}

/** Puts a counting class in the place of `Worker`. A worker counts as alive until it is terminated from outside. */
function watchWorkers(): { alive(): string[]; restore(): void } {
  const alive = new Set<object>();
  const names = new WeakMap<object, string>();
  const original = globalThis.Worker;
  globalThis.Worker = class extends original {
    constructor(specifier: string | URL, options?: WorkerOptions) {
      super(specifier, options);
      alive.add(this);
      names.set(this, String(specifier));
    }
    override terminate(): void {
      super.terminate();
      alive.delete(this);
    }
  };
  return {
    alive: () => [...alive].map((worker) => `worker ${names.get(worker)}`),
    restore: () => void (globalThis.Worker = original),
  };
}

/**
 * Threads of workers, those of `node:worker_threads` included, by number and name; none where the system has no /proc. Deno names them
 * `worker-1` and so on.
 */
function workerThreads(): [string, string][] {
  if (Deno.build.os !== "linux") return [];
  const args = ["-c", 'grep -H ^worker- /proc/"$1"/task/*/comm 2>/dev/null', "sh", String(Deno.pid)];
  const text = new TextDecoder().decode(new Deno.Command("sh", { args }).outputSync().stdout);
  return [...text.matchAll(/\/task\/(\d+)\/comm:(.+)$/gm)].map(([, thread = "", name = ""]) => [thread, name]);
}

/**
 * Open files and sockets and what they lead to; none where the system has no /proc. Deno opens /proc only to a process that may do
 * everything, so `ls` reads it. Pipes come and go with each reading and event loops keep their own handles past the end of their thread,
 * so both are left out: Deno's sanitizers know about pipes. So is /dev/null, which Deno holds for `ls` itself, each time under another number.
 *
 * @throws AppError with code `leak_unseen` when a Linux machine does not let itself be read.
 */
function descriptors(): [string, string][] {
  if (Deno.build.os !== "linux") return [];
  const { success, stdout, stderr } = new Deno.Command("ls", { args: ["-l", `/proc/${Deno.pid}/fd`], env: { LC_ALL: "C" } }).outputSync();
  // A descriptor that closes between listing and reading makes `ls` fail although it lists all others.
  const text = new TextDecoder().decode(stdout);
  if (!success && text === "") throw new AppError(`Cannot list open files: ${new TextDecoder().decode(stderr)}`, { code: "leak_unseen" });
  return [...text.matchAll(/ (\d+) -> (.+)$/gm)]
    .map(([, fd = "", target = ""]): [string, string] => [fd, target])
    .filter(([, target]) => !/^((pipe|anon_inode):|\/dev\/null$)/.test(target));
}
