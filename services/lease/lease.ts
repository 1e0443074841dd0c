/**
 * Who of several nodes does a thing: a lease with a fencing token.
 *
 * @module
 */

/** A lease that was granted. */
export interface Grant {
  /** What is leased, such as `sync`. */
  readonly name: string;
  /** Who holds it: the id of the node. */
  readonly holder: string;
  /**
   * The fencing token: greater than that of every grant before, so that whoever guards the data can refuse a holder that was paused and
   * has not noticed that its lease is over.
   */
  readonly token: number;
}

/** A keeper of leases that all nodes share. */
export interface Leases extends AsyncDisposable {
  /**
   * Tries to get the lease for `ttlMs` (1 ms to a day); undefined while somebody else holds it. Its own holder is granted it anew with a
   * greater token, and the older grant is over: so one who never heard the answer need not wait for the end of what it was granted.
   * Rejects with a retryable error when the keeper cannot be reached, and with `bad_lease` for a name that is empty or longer than 48
   * characters.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<Grant | undefined>;
  /** Prolongs a lease by `ttlMs` from now. False when it is over or somebody else's: then it must be acquired anew. */
  renew(grant: Grant, ttlMs: number): Promise<boolean>;
  /** Gives the lease back, so that another node need not wait for its end; ignored when it is over or somebody else's. */
  release(grant: Grant): Promise<void>;
}
