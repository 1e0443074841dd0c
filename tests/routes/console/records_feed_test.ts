import assert from "node:assert/strict";
import { PING_MS, STALLED_MS } from "../../../routes/console/event_stream.ts";
import { LOOK_MS, recordsStream } from "../../../routes/console/records_feed.ts";
import type { RecordsMessage } from "../../../routes/console/types.ts";
import { RecorderHub } from "../../../services/recorder/hub.ts";
import { conversation } from "../../support/conversation.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";

const ID = "aa:bb:cc:dd:ee:ff";
type Records = Extract<RecordsMessage, { type: "records" }>;

function fixture(options: { records?: number; clock?: VirtualClock } = {}) {
  const { clock = new VirtualClock(), records = 2_048 } = options;
  const recorders = new RecorderHub({ clock, appVersion: "0", records });
  const closing = new AbortController();
  const watch = (allowed = () => true) => {
    const seen = { ended: 0 };
    const stream = recordsStream({ clock, recorders, deviceId: ID, closing: closing.signal, allowed, ended: () => seen.ended++ });
    const reader = stream.getReader();
    const next = async (): Promise<RecordsMessage | "ping" | "end"> => {
      const { done, value } = await reader.read();
      const text = new TextDecoder().decode(value);
      return done ? "end" : text.startsWith("data: ") ? JSON.parse(text.slice(6)) : "ping";
    };
    /** The next message, which comes at the next look at the latest. */
    const told = async (): Promise<RecordsMessage> => {
      const message = next();
      await settle();
      await clock.advance(LOOK_MS);
      const said = await message;
      assert.ok(typeof said === "object", String(said));
      return said;
    };
    const records = async (): Promise<Records> => {
      const said = await told();
      assert.ok(said.type === "records", said.type);
      return said;
    };
    return { next, told, records, reader, seen };
  };
  return { clock, recorders, closing, watch };
}

Deno.test("a viewer gets the header, what the recorder holds, then what comes, gathered for a tenth of a second", async () => {
  const fx = fixture();
  await using talk = conversation({ clock: fx.clock, deps: { recorders: fx.recorders } });
  const device = talk.connect();
  const { told, records, reader } = fx.watch();
  const header = await told();
  assert.ok(header.type === "header" && !header.again && header.header.machine?.id === "device");
  const held = await records();
  assert.deepEqual(held.records.map(({ seq }) => seq), held.records.map((_, index) => index));
  assert.equal(held.records.find(({ type }) => type === "xstate.init")?.to, "device.connecting");
  await device.hello();
  const came = await records();
  assert.equal(came.records[0]?.seq, held.records.length);
  assert.ok(came.records.some(({ type }) => type === "HELLO") && came.records.some(({ to }) => to === "device.ready.waiting.idle"));
  await reader.cancel();
});

Deno.test("a long recording comes in pieces, one after the other, of which no viewer has more than one to itself", async () => {
  const fx = fixture();
  const recorder = fx.recorders.for(ID);
  for (let n = 0; n < 2_048; n++) recorder.note("n", { n });
  const { next, reader } = fx.watch();
  await settle();
  await fx.clock.advance(LOOK_MS);
  await next();
  let seen = 0;
  for (let more = true; more;) {
    const piece = await next();
    assert.ok(typeof piece === "object" && piece.type === "records");
    assert.ok(piece.records.length <= 256 && piece.missed === 0);
    assert.equal(piece.records[0]?.seq, seen);
    seen += piece.records.length;
    more = piece.more;
  }
  assert.equal(seen, 2_048);
  await reader.cancel();
});

Deno.test("a viewer that never reads costs one message, holds no device up, and is told what it missed when it reads again", async () => {
  const fx = fixture({ records: 100 });
  const recorder = fx.recorders.for(ID);
  const deviceRecorder = fx.recorders.get(ID)!;
  const take = { calls: 0 };
  const follow = deviceRecorder.follow.bind(deviceRecorder);
  deviceRecorder.follow = (backlog) => {
    const follower = follow(backlog);
    const taken = follower.take.bind(follower);
    follower.take = (limits) => (take.calls++, taken(limits));
    return follower;
  };
  const { records, told, reader } = fx.watch();
  await told();
  recorder.note("read");
  assert.equal((await records()).records.length, 1);
  await settle();
  const calls = take.calls;
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 1_000; n++) recorder.note("unread", { n });
    await fx.clock.advance(LOOK_MS);
  }
  assert.ok(take.calls <= calls + 1, `${take.calls - calls} messages were made for somebody who does not read`);
  const waited = await records();
  const after = await records();
  assert.deepEqual([waited.missed, waited.records.length], [900, 100]);
  assert.deepEqual([after.missed, after.records.length, after.records.at(-1)?.seq], [48_900, 100, 50_000]);
  await reader.cancel();
});

Deno.test("nobody who looks is nobody who costs: no timer is left when the last viewer goes", async () => {
  const fx = fixture();
  fx.recorders.for(ID).note("here");
  const { told, reader, seen } = fx.watch();
  await told();
  assert.ok(fx.clock.armed > 0);
  await reader.cancel();
  assert.deepEqual([fx.clock.armed, seen.ended], [0, 1]);
});

Deno.test("a device that comes back goes on in the same recording; one that was forgotten meanwhile begins another", async () => {
  const fx = fixture();
  fx.recorders.for(ID).note("first");
  const { told, records, reader } = fx.watch();
  await told();
  await records();
  fx.recorders.left(ID);
  fx.recorders.for(ID).note("again");
  assert.deepEqual((await records()).records.map(({ type, conn }) => [type, conn]), [["again", 2]]);
  fx.recorders.left(ID);
  const other = new RecorderHub({ clock: fx.clock, appVersion: "0" });
  fx.recorders.get = other.get.bind(other);
  other.for(ID).note("anew");
  const header = await told();
  assert.ok(header.type === "header" && !header.again);
  assert.deepEqual((await records()).records.map(({ type, seq }) => [type, seq]), [["anew", 0]]);
  await reader.cancel();
});

Deno.test("a viewer is told of faults of the recorder with a new header", async () => {
  const fx = fixture();
  const recorder = fx.recorders.for(ID);
  const { told, reader } = fx.watch();
  await told();
  const hostile = {
    get text() {
      throw new Error("no");
    },
  };
  recorder.note("hostile", hostile);
  const header = await told();
  assert.ok(header.type === "header" && header.again && header.header.faults?.count === 1);
  await reader.cancel();
});

Deno.test("the stream ends when its viewer may not look any more, stalls, or the server stops", async () => {
  const fx = fixture();
  fx.recorders.for(ID).note("here");
  let may = true;
  const expelled = fx.watch(() => may);
  await expelled.told();
  await expelled.told();
  const ping = expelled.next();
  await fx.clock.advance(PING_MS);
  assert.equal(await ping, "ping");
  may = false;
  const end = expelled.next();
  await fx.clock.advance(PING_MS);
  assert.equal(await end, "end");

  const stalled = fx.watch();
  await settle();
  await fx.clock.advance(STALLED_MS + PING_MS);
  assert.equal(stalled.seen.ended, 1);

  const last = fx.watch();
  await last.told();
  await last.told();
  const stopped = last.next();
  fx.closing.abort();
  assert.equal(await stopped, "end");
  assert.equal(fx.clock.armed, 0);
});
