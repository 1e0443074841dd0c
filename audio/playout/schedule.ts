/**
 * When the frames of one reply are due, and when the device plays them. Pure arithmetic on the times it is given.
 *
 * @module
 */

/**
 * Frame k of a reply is due at t0 + max(0, k - lead) * frameMs: the device gets `lead` frames ahead of the one it plays, which covers the
 * jitter of the network, and no more, because its queue is short and cannot be flushed (firmware `main/audio/audio_service.cc`).
 *
 * A frame that is so late that the device has run dry moves the origin: without that, everything missed would be due at once.
 */
export class Schedule {
  readonly #frameMs: number;
  readonly #lead: number;
  #origin = -Infinity;
  #first = 0;
  #sent = 0;
  #rebases = 0;
  #playEnd = -Infinity;
  #paused = false;

  constructor(frameMs: number, leadFrames: number) {
    this.#frameMs = frameMs;
    this.#lead = leadFrames;
  }

  /** Frames sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** How often the origin was moved. */
  get rebases(): number {
    return this.#rebases;
  }

  /** When the device has played everything sent so far; `-Infinity` before the first frame. */
  get playEnd(): number {
    return this.#playEnd;
  }

  /** When the next frame is due; `-Infinity` for the first one. */
  get dueAt(): number {
    const ahead = this.#sent - this.#first - this.#lead;
    if (ahead > 0) return this.#origin + ahead * this.#frameMs;
    // The first burst is the frame that plays now and `lead` more. After a re-base, when the network has just shown that it is slow, the
    // last of these waits half a frame, so that no more than `lead` go at once.
    const spread = ahead === 0 && this.#rebases > 0 && this.#lead > 0;
    return this.#origin + (spread ? this.#frameMs / 2 : 0);
  }

  /**
   * Notes that the next frame is sent.
   *
   * @param undelivered Frames sent before that still wait on this machine.
   */
  send(now: number, undelivered: number): void {
    if (this.#sent === 0) {
      this.#origin = now;
    } else if (this.#isLost(now)) {
      this.#origin = now;
      this.#first = this.#sent;
      // A pause that was asked for says nothing of the network.
      if (!this.#paused) this.#rebases++;
    }
    this.#paused = false;
    this.delay(now, undelivered);
    this.#playEnd = Math.max(this.#playEnd, now) + this.#frameMs;
    this.#sent++;
  }

  /** Notes that frames were held back on purpose: where the device has run dry by the next one, the schedule begins anew with it. */
  pause(): void {
    this.#paused = true;
  }

  /**
   * Whether the schedule cannot be kept: the device has run dry, or more than the lead would have to go at once. Without a lead the device
   * is dry at every frame, so only a whole frame missed counts.
   */
  #isLost(now: number): boolean {
    const tooMany = now - this.dueAt >= Math.max(1, this.#lead) * this.#frameMs;
    return tooMany || (this.#lead > 0 && now >= this.#playEnd);
  }

  /** Notes that so many of the frames sent have not left this machine yet. */
  delay(now: number, undelivered: number): void {
    const waiting = Math.min(undelivered, this.#sent);
    if (waiting > 0) this.#playEnd = Math.max(this.#playEnd, now + waiting * this.#frameMs);
  }

  /** Milliseconds of the reply that the device has played. */
  heardMs(now: number): number {
    return this.#sent * this.#frameMs - Math.min(this.#sent * this.#frameMs, Math.max(0, this.#playEnd - now));
  }
}
