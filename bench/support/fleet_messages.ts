/**
 * What a fleet of virtual devices is told, and what it answers.
 *
 * @module
 */

/** What a fleet does. */
export interface FleetOrder {
  /**
   * `talk`: each device asks, hears the answer out, and asks again. `listen`: the microphone is on and nothing is answered. `idle`: connected,
   * microphone off. `pacer`: only takes what comes.
   */
  readonly mode: "talk" | "listen" | "idle" | "pacer";
  readonly url: string;
  readonly devices: number;
  /** Over how long the devices' beginnings are spread, milliseconds. */
  readonly spreadMs: number;
  /** Turns of each device (`talk`). */
  readonly turns: number;
  /** What the microphone hears while nobody asks: DTX packets, an encoded quiet room, or (`listen`) speech half of the time. */
  readonly sound: "dtx" | "room" | "speech";
  /** Longest run, milliseconds: `talk` ends before it when all turns are done, the others last this long. */
  readonly lastMs: number;
  /** A `QuestionFile`. */
  readonly questionFile: string;
  /** `talk`: how the conversation goes; without it, a device asks again as soon as it has been answered. */
  readonly conversation?: Conversation;
  /** How often a `FleetProgress` is printed, milliseconds; never without. */
  readonly progressMs?: number;
  /** Asked for address and token by each device, as devices do at boot; `url` is taken without. */
  readonly otaUrl?: string;
}

/** A conversation: who presses a button and who does not, and who interrupts. */
export interface Conversation {
  /** From one question of a device to its next, at least; milliseconds. */
  readonly cycleMs: number;
  /** One turn in so many is push-to-talk: its end of speech is a message, not the VAD's verdict. 0 for none. */
  readonly buttonEvery: number;
  /** One turn in so many is interrupted by `abort`; 0 for none. */
  readonly abortEvery: number;
  /** An interruption comes within so long after the first frame, milliseconds. */
  readonly abortWithinMs: number;
}

/** How far a fleet is. */
export interface FleetProgress {
  readonly connected: number;
  readonly refused: number;
  readonly turns: number;
}

/** One turn as a device saw it; wall times in milliseconds. */
export interface FleetTurn {
  /** The sound of the question ended. */
  readonly askedAt: number;
  /** Frames arrived. */
  readonly frames: readonly number[];
  /** Whether `tts stop` came. */
  readonly ended: boolean;
  /** Whether the end of speech was a message (`listen stop`), at `askedAt`. */
  readonly button?: boolean;
  /** `abort` was sent. */
  readonly abortAt?: number;
  /** `tts stop` came. */
  readonly stopAt?: number;
}

/** What a fleet answers at the end. */
export interface FleetReport {
  /** Turns of each device; one, without a question, for `pacer`. */
  readonly devices: readonly (readonly FleetTurn[])[];
  /** Connections that failed or broke. */
  readonly lost: number;
  /** Of those, the ones that never were. */
  readonly refused: number;
  /** Why the first of them was not. */
  readonly refusal?: string;
  /** Wall times between which all devices did what they were told. */
  readonly from: number;
  readonly to: number;
}
