/**
 * What every transport promises, as tests over a running one. A client of bare TCP stands on the other side.
 *
 * @module
 */

import assert from "node:assert/strict";
import { heldSockets } from "../../../routes/transport/census.ts";
import type { LinkLimits } from "../../../routes/transport/limits.ts";
import type { DeviceTransport, TransportOptions } from "../../../routes/transport/options.ts";
import type { AcceptDevice } from "../../../routes/transport/transport.ts";
import { type CapturedLogger, captureLogger } from "../../support/capture_logger.ts";
import { clientFrame, OPCODE, RawWebSocket } from "../../support/raw_websocket.ts";
import { Owner } from "./remembering_owner.ts";

/** A transport on a free port. */
export interface RunningTransport extends AsyncDisposable {
  readonly transport: DeviceTransport;
  readonly port: number;
}

/** Starts a transport that accepts every upgrade for device `aa:bb`. */
export type StartTransport = (options: TransportOptions, accept: AcceptDevice) => Promise<RunningTransport>;

/** What differs by design. */
export interface TransportTraits {
  readonly name: string;
  /** Whether a peer that never answers the Close frame is cut off. */
  readonly cutsSilentPeers: boolean;
}

const LIMITS: LinkLimits = { maxTextBytes: 1024, maxFrameBytes: 512, maxBufferedBytes: 256 * 1024 };

interface Scene {
  readonly owner: Owner;
  readonly client: RawWebSocket;
  readonly running: RunningTransport;
  readonly log: CapturedLogger;
  /** Waits until no socket costs a descriptor any more. */
  released(): Promise<void>;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Runs the contract over one transport. */
export function transportContract(traits: TransportTraits, start: StartTransport): void {
  const scene = (name: string, play: (scene: Scene) => Promise<void>, make: () => Owner = () => new Owner()) =>
    Deno.test(`${traits.name}: ${name}`, async () => {
      const owner = make();
      using log = captureLogger();
      let ids = 0;
      const accept: AcceptDevice = (link, identity) => {
        assert.equal(identity.deviceId, "aa:bb");
        owner.opened(link);
        return owner;
      };
      await using running = await start({ limits: LIMITS, logger: log.logger, connectionId: () => `c${++ids}` }, accept);
      using client = await RawWebSocket.connect({ port: running.port, path: "/xiaozhi/v1/" });
      assert.equal(client.status, 101);
      await owner.until(() => owner.link !== undefined);
      await play({ owner, client, running, log, released: () => until(() => heldSockets(running.transport.counts()) === 0) });
    });

  scene("messages pass both ways, the empty binary one too, without extension or subprotocol", async ({ owner, client, running }) => {
    assert.doesNotMatch(client.head, /sec-websocket-(extensions|protocol)/i);
    assert.deepEqual(running.transport.counts(), { opening: 0, open: 1, pendingClose: 0 });
    await client.text("hällo");
    await client.binary(new Uint8Array([1, 2, 3]));
    await client.binary(new Uint8Array(0));
    await owner.until(() => owner.frames.length === 2);
    assert.deepEqual(owner.texts, ["hällo"]);
    assert.deepEqual(owner.frames, [new Uint8Array([1, 2, 3]), new Uint8Array(0)]);
    owner.link.sendText("好");
    owner.link.sendBinary(new Uint8Array([9, 8]));
    assert.equal(new TextDecoder().decode((await client.frame())?.payload), "好");
    const binary = await client.frame();
    assert.deepEqual([binary?.opcode, binary?.fin, [...binary?.payload ?? []]], [OPCODE.binary, true, [9, 8]]);
  });

  scene("a frame owns its whole buffer, so that it can be transferred", async ({ owner, client }) => {
    await client.bytes(new Uint8Array([...clientFrame(2, new Uint8Array([1])), ...clientFrame(2, new Uint8Array([2, 3]))]));
    await owner.until(() => owner.frames.length === 2);
    assert.deepEqual(owner.frames.map((frame) => frame.buffer.byteLength), [1, 2]);
  });

  scene("a fragmented message arrives whole", async ({ owner, client }) => {
    await client.bytes(clientFrame(OPCODE.text, new TextEncoder().encode("one "), false));
    await client.bytes(clientFrame(OPCODE.continuation, new TextEncoder().encode("two")));
    await owner.until(() => owner.texts.length === 1);
    assert.deepEqual(owner.texts, ["one two"]);
  });

  scene("close tells the owner in the same call, once, and a second close changes nothing", async ({ owner, client, released }) => {
    owner.link.close(1001, "Draining");
    assert.deepEqual(owner.ends, [{ code: 1001, reason: "Draining", byUs: true }]);
    owner.link.close(1011, "again");
    assert.equal(await client.closeCode(), 1001);
    await client.closeFrame(1001);
    await released();
    assert.equal(owner.ends.length, 1);
  });

  scene("after close, sends are no-ops and what still arrives is dropped", async ({ owner, client, released }) => {
    owner.link.close(1000, "");
    owner.link.sendText("late");
    owner.link.sendBinary(new Uint8Array(4));
    assert.equal(owner.link.bufferedAmount(), 0);
    const frame = await client.frame();
    assert.equal(frame?.opcode, OPCODE.close);
    await client.text("late");
    await client.closeFrame(1000);
    await released();
    assert.deepEqual(owner.texts, []);
    assert.equal(owner.ends.length, 1);
  });

  scene("a peer that ignores the Close frame is counted until TCP ends", async ({ owner, client, running, released }) => {
    owner.link.close(1000, "");
    assert.deepEqual(running.transport.counts(), { opening: 0, open: 0, pendingClose: 1 });
    if (traits.cutsSilentPeers) await client.ended();
    else client.vanish();
    await released();
    assert.equal(owner.ends.length, 1);
  });

  scene("a peer that vanishes ends with 1006, once", async ({ owner, client, released }) => {
    client.vanish();
    await owner.until(() => owner.ends.length > 0);
    await released();
    assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[1006, false]]);
  });

  for (const [sent, seen] of [[1000, 1000], [4001, 4001], [undefined, 1005]] as const) {
    scene(`the peer's Close frame with ${sent ?? "no code"} ends with ${seen}`, async ({ owner, client, released }) => {
      await client.closeFrame(sent);
      await owner.until(() => owner.ends.length > 0);
      assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[seen, false]]);
      client.vanish();
      await released();
      assert.equal(owner.ends.length, 1);
    });
  }

  const forbidden: Record<string, Uint8Array> = {
    "bad UTF-8": clientFrame(OPCODE.text, new Uint8Array([0xc3, 0x28])),
    "a Close frame with 1005": clientFrame(OPCODE.close, new Uint8Array([3, 0xed])),
    "a Close frame with 999": clientFrame(OPCODE.close, new Uint8Array([3, 0xe7])),
    "reserved bits": new Uint8Array([0xf2, 0x80, 0, 0, 0, 0]),
    "an unknown opcode": new Uint8Array([0x83, 0x80, 0, 0, 0, 0]),
  };
  for (const [what, bytes] of Object.entries(forbidden)) {
    scene(`${what} ends the socket with a code other than 0, once`, async ({ owner, client, released }) => {
      await client.bytes(bytes);
      await owner.until(() => owner.ends.length > 0);
      client.vanish();
      await released();
      assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[1006, false]]);
      assert.deepEqual(owner.texts, []);
    });
  }

  scene("messages of exactly the limit pass", async ({ owner, client }) => {
    await client.text("a".repeat(LIMITS.maxTextBytes));
    await client.binary(new Uint8Array(LIMITS.maxFrameBytes));
    await owner.until(() => owner.frames.length === 1);
    assert.equal(owner.texts.length, 1);
    assert.equal(owner.ends.length, 0);
  });

  const tooBig: Record<string, Uint8Array> = {
    "a text over the limit": clientFrame(OPCODE.text, new TextEncoder().encode("a".repeat(LIMITS.maxTextBytes + 1))),
    "a text over the limit in bytes alone": clientFrame(OPCODE.text, new TextEncoder().encode("好".repeat(400))),
    "a frame over the limit": clientFrame(OPCODE.binary, new Uint8Array(LIMITS.maxFrameBytes + 1)),
    "a frame of nearly 64 MiB": clientFrame(OPCODE.binary, new Uint8Array(63 * 1024 * 1024)),
  };
  for (const [what, bytes] of Object.entries(tooBig)) {
    scene(`${what} is dropped and closes with 1009`, async ({ owner, client, released }) => {
      const sending = client.bytes(bytes);
      await owner.until(() => owner.ends.length > 0);
      assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[1009, true]]);
      assert.deepEqual([owner.texts.length, owner.frames.length], [0, 0]);
      if (bytes.length < 65536) assert.equal(await client.closeCode(), 1009);
      await sending;
      client.vanish();
      await released();
    });
  }

  scene("a peer that never reads is given up once 256 KiB wait for it", async ({ owner, client, running, released }) => {
    const chunk = new Uint8Array(64 * 1024);
    let most = 0;
    for (let sent = 0; sent < 64 * 1024 * 1024 && owner.ends.length === 0; sent += chunk.length) {
      owner.link.sendBinary(chunk);
      most = Math.max(most, owner.link.bufferedAmount());
      if (sent % (1024 * 1024) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert.deepEqual(owner.ends.map(({ code, byUs }) => [code, byUs]), [[1008, true]]);
    // A frame header of at most 14 bytes is counted by one library and not by the other.
    assert.ok(most <= LIMITS.maxBufferedBytes + 14 * 64, `${most} bytes waited`);
    assert.equal(running.transport.counts().open, 0);
    if (!traits.cutsSilentPeers) client.vanish();
    await released();
    assert.equal(owner.ends.length, 1);
  });

  for (const which of ["onText", "onBinary"] as const) {
    const failing = () => {
      const owner = new Owner();
      owner[which] = () => {
        throw new Error("boom");
      };
      return owner;
    };
    scene(`a throw inside ${which} is logged and closes with 1011`, async ({ owner, client, log, released }) => {
      await (which === "onText" ? client.text("x") : client.binary(new Uint8Array(1)));
      assert.equal(await client.closeCode(), 1011);
      assert.deepEqual(owner.ends, [{ code: 1011, reason: "Internal error", byUs: true }]);
      assert.deepEqual(log.messages("error"), ["Connection c1 failed: boom"]);
      client.vanish();
      await released();
    }, failing);
  }

  scene("a throw inside onClosed is logged and goes no further", async ({ owner, client, log, released }) => {
    owner.onClosed = () => {
      throw new Error("boom");
    };
    owner.link.close(1000, "");
    assert.equal(await client.closeCode(), 1000);
    assert.equal(log.messages("error").length, 1);
    client.vanish();
    await released();
  });

  scene("a code that may not be sent goes out as 1011, a long reason is cut", async ({ owner, client, released }) => {
    owner.link.close(1006, "好".repeat(100));
    const frame = await client.frame();
    assert.equal(frame?.opcode, OPCODE.close);
    assert.equal(((frame?.payload[0] ?? 0) << 8) | (frame?.payload[1] ?? 0), 1011);
    assert.equal(new TextDecoder("utf-8", { fatal: true }).decode(frame?.payload.subarray(2)), "好".repeat(41));
    client.vanish();
    await released();
  });

  scene("a ping is answered and reaches nobody", async ({ owner, client }) => {
    await client.bytes(clientFrame(OPCODE.ping, new Uint8Array([7])));
    const pong = await client.frame();
    assert.deepEqual([pong?.opcode, [...pong?.payload ?? []]], [OPCODE.pong, [7]]);
    assert.deepEqual([owner.texts.length, owner.frames.length], [0, 0]);
  });

  scene("closeAll closes every open socket at once", async ({ owner, client, running, released }) => {
    running.transport.closeAll(1001, "Shutting down");
    assert.deepEqual(owner.ends, [{ code: 1001, reason: "Shutting down", byUs: true }]);
    assert.equal(await client.closeCode(), 1001);
    client.vanish();
    await released();
  });

  Deno.test(`${traits.name}: an owner that closes or throws while accepting is left clean`, async () => {
    for (const behaviour of ["close", "throw"] as const) {
      const owner = new Owner();
      using log = captureLogger();
      await using running = await start({ limits: LIMITS, logger: log.logger, connectionId: () => "c" }, (link) => {
        if (behaviour === "throw") throw new Error("boom");
        link.close(1001, "No");
        return owner;
      });
      using client = await RawWebSocket.connect({ port: running.port });
      assert.equal(await client.closeCode(), behaviour === "close" ? 1001 : 1011);
      assert.equal(owner.ends.length, behaviour === "close" ? 1 : 0);
      client.vanish();
      await until(() => heldSockets(running.transport.counts()) === 0);
    }
  });

  Deno.test(`${traits.name}: a client that is gone before the upgrade is answered leaves nothing behind`, async () => {
    const owner = new Owner();
    using log = captureLogger();
    await using running = await start({ limits: LIMITS, logger: log.logger, connectionId: () => "c" }, (link) => {
      owner.opened(link);
      return owner;
    });
    const hasty = await Deno.connect({ hostname: "127.0.0.1", port: running.port });
    const key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    await hasty.write(
      new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`),
    );
    hasty.close();
    using client = await RawWebSocket.connect({ port: running.port });
    assert.equal(client.status, 101);
    await until(() => heldSockets(running.transport.counts()) === 1);
    client.vanish();
    await until(() => heldSockets(running.transport.counts()) === 0);
  });
}
