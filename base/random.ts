/**
 * Randomness, as everything in this project is handed it: a seeded source makes a test repeatable.
 *
 * @module
 */

/** A source of randomness. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `length` bytes fit for keys and identifiers. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** A UUID, version 4, in lower case. */
  uuid(): string;
}

/** The randomness of the machine. */
export function systemRandom(): Random {
  return {
    next: () => Math.random(),
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    uuid: () => crypto.randomUUID(),
  };
}
