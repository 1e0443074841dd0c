/**
 * What the loudspeaker plays from: samples wait here until enough are there to bridge the network's unevenness. Runs on the thread of sound,
 * so that it allocates nothing while it plays.
 *
 * @module
 */

/**
 * Sound that is waited for before a reply begins, or goes on after a gap, milliseconds: the server sends two frames of 60 ms ahead unless it is
 * told otherwise, so that waiting for more would only make the gap longer.
 */
export const PREFILL_MS = 120;

/** Sound that is held at most, milliseconds: the 40 packets of 60 ms of the firmware's queue. What comes beyond is dropped, as there. */
export const CAPACITY_MS = 2400;

/** A bounded buffer of mono samples. */
export class JitterBuffer {
  readonly #ring: Float32Array;
  readonly #prefill: number;
  #read = 0;
  #length = 0;
  /** Samples of time for which the first sound has waited. */
  #waited = 0;
  #playing = false;
  #starved = false;
  #underruns = 0;
  #dropped = 0;
  #played = 0;

  /** @param rate Samples per second of what is played. */
  constructor(rate: number) {
    this.#ring = new Float32Array(Math.ceil((rate * CAPACITY_MS) / 1000));
    this.#prefill = Math.ceil((rate * PREFILL_MS) / 1000);
  }

  /** Samples that wait. */
  get length(): number {
    return this.#length;
  }

  /** Gaps in the middle of a reply. */
  get underruns(): number {
    return this.#underruns;
  }

  /** Samples that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Samples that were played. */
  get played(): number {
    return this.#played;
  }

  /** Takes samples; what does not fit is dropped whole, as a device drops packets. */
  push(samples: Float32Array): void {
    if (samples.length > this.#ring.length - this.#length) {
      this.#dropped += samples.length;
      return;
    }
    // An empty buffer is the end of a reply as often as a gap; what comes behind it says which.
    if (this.#starved) this.#underruns++;
    this.#starved = false;
    const write = (this.#read + this.#length) % this.#ring.length;
    const head = Math.min(samples.length, this.#ring.length - write);
    this.#ring.set(samples.subarray(0, head), write);
    this.#ring.set(samples.subarray(head), 0);
    this.#length += samples.length;
  }

  /** Fills `out` with what is due: sound, or silence where there is none yet or no more. */
  pull(out: Float32Array): void {
    out.fill(0);
    if (!this.#playing) {
      if (this.#length === 0) return;
      this.#waited += out.length;
      // A reply may be shorter than what is waited for.
      if (this.#length < this.#prefill && this.#waited < this.#prefill) return;
      this.#playing = true;
    }
    const count = Math.min(out.length, this.#length);
    const head = Math.min(count, this.#ring.length - this.#read);
    out.set(this.#ring.subarray(this.#read, this.#read + head));
    out.set(this.#ring.subarray(0, count - head), head);
    this.#read = (this.#read + count) % this.#ring.length;
    this.#length -= count;
    this.#played += count;
    if (this.#length > 0) return;
    this.#playing = false;
    this.#starved = true;
    this.#waited = 0;
  }

  /** Throws away what waits. What comes next is another reply, not the end of a gap. */
  flush(): void {
    this.#length = this.#waited = 0;
    this.#playing = this.#starved = false;
  }
}
