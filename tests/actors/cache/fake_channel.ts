/**
 * The channel between nodes, on which nothing happens but what a test says.
 *
 * @module
 */

import type { ChannelListener, InvalidationChannel } from "../../../services/cache/channel.ts";

/** A channel that waits to be told what happens. */
export class FakeChannel implements InvalidationChannel {
  listenThrows = false;
  watchThrows = false;
  trusted = false;
  /** Times at which trust was given and taken, in order. */
  readonly log: string[] = [];
  listener: ChannelListener | undefined;
  connected: (() => void) | undefined;
  announcing: PromiseWithResolvers<void> | undefined;

  listen(listener: ChannelListener): Disposable {
    if (this.listenThrows) throw new Error("The channel cannot be listened to");
    this.listener = listener;
    return {
      [Symbol.dispose]: () => {
        if (this.listener === listener) this.listener = undefined;
        this.trusted = false;
      },
    };
  }

  announce(): Promise<void> {
    this.log.push("announce");
    this.announcing = Promise.withResolvers<void>();
    this.announcing.promise.catch(() => {});
    return this.announcing.promise;
  }

  trust(): void {
    this.log.push("trust");
    this.trusted = true;
  }

  distrust(): void {
    this.log.push("distrust");
    this.trusted = false;
  }

  onConnected(listener: () => void): Disposable {
    if (this.watchThrows) throw new Error("The connection cannot be watched");
    this.connected = listener;
    return { [Symbol.dispose]: () => void (this.connected = undefined) };
  }
}
