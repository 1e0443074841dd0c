/**
 * Tickets with which the console's browser device comes in. A browser sends no header of our choosing with a WebSocket, and an address may
 * end up in traces, so what stands in it must be worthless at once: a ticket is good for one connection of one device, for seconds.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";

/** From the answer that brings it to the upgrade that shows it is one round trip; a slow phone network takes some seconds for that. */
export const TICKET_TTL_MS = 30_000;

/** As many as the bytes of a key: 2^256 cannot be guessed in half a minute. */
const TICKET_BYTES = 32;

/** Tickets out at once. A handful of people open a handful of pages; beyond that the oldest is forgotten. */
const MAX_TICKETS = 100;

/** Issues and takes tickets. */
export class DeviceTickets {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #out = new Map<string, { readonly deviceId: string; readonly clientId: string; readonly until: number }>();

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A ticket for one connection of this device, good for {@link TICKET_TTL_MS}. */
  issue(deviceId: string, clientId: string): string {
    const ticket = Buffer.from(this.#random.bytes(TICKET_BYTES)).toString("base64url");
    this.#out.set(ticket, { deviceId, clientId, until: this.#clock.now() + TICKET_TTL_MS });
    const oldest = this.#out.keys().next().value;
    if (this.#out.size > MAX_TICKETS && oldest !== undefined) this.#out.delete(oldest);
    return ticket;
  }

  /** Whether `ticket` was issued for this device and client, is fresh, and was not shown before. It is spent either way. */
  redeem(ticket: string, deviceId: string, clientId: string): boolean {
    const found = this.#out.get(ticket);
    this.#out.delete(ticket);
    return found !== undefined && found.until > this.#clock.now() && found.deviceId === deviceId && found.clientId === clientId;
  }
}
