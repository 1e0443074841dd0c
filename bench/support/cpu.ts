/**
 * CPU time of another process, as Linux counts it in nanoseconds (`/proc/PID/task/TID/schedstat`), sampled all the time so that any
 * stretch can be asked for afterwards. On other systems every answer is NaN.
 *
 * @module
 */

/** Between two samples, milliseconds: fine enough for windows of some seconds. */
const SAMPLE_MS = 250;

/** CPU used in a stretch of time, as shares of one core. */
export interface CpuUse {
  /** By the main thread, on which the event loop runs. */
  readonly main: number;
  /** By all threads: the main one, workers, V8's helpers. */
  readonly all: number;
  /** Share of all cores that was busy, whoever used them. */
  readonly machine: number;
  /** Share of all cores that the host gave to others while they were wanted here. */
  readonly stolen: number;
}

interface Sample {
  readonly at: number;
  readonly main: number;
  readonly all: number;
  readonly busy: number;
  readonly stolen: number;
  readonly total: number;
}

/** Watches a process until it is disposed of. */
export class CpuWatch implements AsyncDisposable {
  readonly #pid: number;
  readonly #samples: Sample[] = [];
  readonly #over = new AbortController();
  readonly #running: Promise<void>;

  constructor(pid: number) {
    this.#pid = pid;
    this.#running = this.#run();
  }

  /** What was used between two wall times, milliseconds. */
  between(from: number, to: number): CpuUse {
    const first = this.#samples.findLast((sample) => sample.at <= from) ?? this.#samples[0];
    const last = this.#samples.find((sample) => sample.at >= to) ?? this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return { main: NaN, all: NaN, machine: NaN, stolen: NaN };
    const ns = (last.at - first.at) * 1e6;
    const total = last.total - first.total;
    return {
      main: (last.main - first.main) / ns,
      all: (last.all - first.all) / ns,
      machine: (last.busy - first.busy) / total,
      stolen: (last.stolen - first.stolen) / total,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const sample = await readSample(this.#pid);
      if (sample === undefined) return;
      this.#samples.push(sample);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  }
}

async function readSample(pid: number): Promise<Sample | undefined> {
  // Deno reads nothing below /proc without all permissions, so cat does it.
  const script = `cat /proc/${pid}/schedstat; echo; cat /proc/${pid}/task/*/schedstat; echo; head -1 /proc/stat`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], stderr: "null" }).output();
  const at = performance.timeOrigin + performance.now();
  const [main = "", tasks = "", machine = ""] = new TextDecoder().decode(stdout).split("\n\n");
  if (main === "" || machine === "") return undefined;
  const nanoseconds = (line: string) => Number(line.split(" ")[0]);
  // user nice system idle iowait irq softirq steal (proc(5)); the guest's times are within user and nice.
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = machine.trim().split(/\s+/).slice(1).map(
    Number,
  );
  const busy = user + nice + system + irq + softirq;
  return {
    at,
    main: nanoseconds(main),
    all: tasks.trim().split("\n").reduce((sum, line) => sum + nanoseconds(line), 0),
    busy,
    stolen: steal,
    total: busy + idle + iowait + steal,
  };
}
