/**
 * An owner of device sockets that remembers what it was told.
 *
 * @module
 */

import type { DeviceLink } from "../../../actors/device/link.ts";
import type { LinkHandlers } from "../../../routes/transport/transport.ts";

/** The handlers of one socket, and everything that came through them. */
export class Owner implements LinkHandlers {
  readonly texts: string[] = [];
  readonly frames: Uint8Array<ArrayBuffer>[] = [];
  readonly ends: { code: number; reason: string; byUs: boolean }[] = [];
  link!: DeviceLink;
  readonly #waiting: (() => void)[] = [];

  onText(text: string): void {
    this.texts.push(text);
    this.#wake();
  }

  onBinary(data: Uint8Array<ArrayBuffer>): void {
    this.frames.push(data);
    this.#wake();
  }

  onClosed(end: { code: number; reason: string; byUs: boolean }): void {
    this.ends.push(end);
    this.#wake();
  }

  opened(link: DeviceLink): void {
    this.link = link;
    this.#wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }
}
