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
    // Deno reads nothing below /proc without all permissions, so a shell does it: one for all samples, and with nothing but its own words,
    // because starting programs four times a second would be felt by what is measured.
    await using shell = new Deno.Command("sh", {
      args: ["-c", SAMPLER, "sh", String(this.#pid)],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    })
      .spawn();
    const ask = shell.stdin.getWriter();
    const answers = shell.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    while (!this.#over.signal.aborted) {
      await ask.write(new Uint8Array([10]));
      while (!rest.includes(END)) {
        const { done, value } = await answers.read();
        if (done) return answers.releaseLock();
        rest += value;
      }
      const [text = "", ...more] = rest.split(END);
      rest = more.join(END);
      const sample = sampleOf(text, this.#pid);
      if (sample === undefined) break;
      this.#samples.push(sample);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    await ask.close();
    await answers.cancel();
  }
}

/** Ends a sample. */
const END = "end\n";

/** For each line that it is sent, prints the times of the machine and of each thread of a process. */
const SAMPLER = `while read -r _; do
  read -r line < /proc/stat; echo "machine $line"
  for thread in /proc/$1/task/*; do
    read -r line < "$thread/schedstat" && echo "\${thread##*/} $line"
  done
  echo end
done`;

function sampleOf(text: string, pid: number): Sample | undefined {
  const at = performance.timeOrigin + performance.now();
  const [machine = "", ...threads] = text.trim().split("\n");
  if (threads.length === 0) return undefined;
  // user nice system idle iowait irq softirq steal (proc(5)); the guest's times are within user and nice.
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = machine.split(/\s+/).slice(2).map(Number);
  const busy = user + nice + system + irq + softirq;
  const times = threads.map((line) => line.split(" ").map(Number));
  return {
    at,
    main: times.find(([thread]) => thread === pid)?.[1] ?? 0,
    all: times.reduce((sum, [, ns = 0]) => sum + ns, 0),
    busy,
    stolen: steal,
    total: busy + idle + iowait + steal,
  };
}
