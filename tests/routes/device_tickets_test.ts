import assert from "node:assert/strict";
import { systemRandom } from "../../base/random.ts";
import { DeviceTickets, TICKET_TTL_MS } from "../../routes/device_tickets.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const DEVICE = "02:00:00:00:00:01";

function tickets() {
  const clock = new VirtualClock();
  return { clock, tickets: new DeviceTickets({ clock, random: systemRandom() }) };
}

Deno.test("a ticket lets its device in once", () => {
  const { tickets: out } = tickets();
  const ticket = out.issue(DEVICE, "c");
  assert.match(ticket, /^[\w-]{43}$/);
  assert.equal(out.redeem(ticket, DEVICE, "c"), true);
  assert.equal(out.redeem(ticket, DEVICE, "c"), false);
});

Deno.test("a ticket of another device or client lets nobody in, and is spent by the try", () => {
  const { tickets: out } = tickets();
  for (const [device, client] of [["02:00:00:00:00:02", "c"], [DEVICE, "d"]] as const) {
    const ticket = out.issue(DEVICE, "c");
    assert.equal(out.redeem(ticket, device, client), false);
    assert.equal(out.redeem(ticket, DEVICE, "c"), false);
  }
  assert.equal(out.redeem("", DEVICE, "c"), false);
  assert.equal(out.redeem("__proto__", DEVICE, "c"), false);
});

Deno.test("a ticket is good for half a minute, and of very many the oldest is forgotten", async () => {
  const { tickets: out, clock } = tickets();
  const [early, late] = [out.issue(DEVICE, "c"), out.issue(DEVICE, "c")];
  await clock.advance(TICKET_TTL_MS - 1);
  assert.equal(out.redeem(early, DEVICE, "c"), true);
  await clock.advance(1);
  assert.equal(out.redeem(late, DEVICE, "c"), false);
  const first = out.issue(DEVICE, "c");
  for (let more = 0; more < 100; more++) out.issue(DEVICE, "c");
  assert.equal(out.redeem(first, DEVICE, "c"), false);
});
