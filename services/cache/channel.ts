/**
 * How a cache that is shared hears and tells what was invalidated: what the actor of `actors/cache` works with.
 *
 * @module
 */

/** What a channel reports. Neither may throw. */
export interface ChannelListener {
  /** Messages are heard from now on. */
  subscribed(): void;
  /** Messages may have been missed, or a command has failed: nothing that was learnt before is to be trusted. */
  lost(reason: string): void;
}

/** The channel between the nodes. The cache loads everything until it is trusted, and again from the moment the channel is lost. */
export interface InvalidationChannel {
  /** Begins to listen. Disposal ends that, and the trust. */
  listen(listener: ChannelListener): Disposable;
  /**
   * Tells all nodes what could not be told before, and ends every value that is older: while this node was away, it may have changed what
   * others keep.
   *
   * @throws {RedisError}
   */
  announce(): Promise<void>;
  /** Lets the cache be used until the channel is lost. */
  trust(): void;
  /** Lets everything be loaded, and forgets what is in this process's memory. */
  distrust(): void;
  /** Calls `listener` when the connection is there again. It must not throw. */
  onConnected(listener: () => void): Disposable;
}
