import assert from "node:assert/strict";
import type { OpusCodec } from "../../../audio/opus/codec.ts";
import { createDecoderPool } from "../../../audio/uplink/decoder_pool.ts";
import { settle } from "../../support/virtual_clock.ts";
import { FakeDecoders } from "./fakes.ts";

function codec(fakes: FakeDecoders, rates: number[] = []): OpusCodec {
  return {
    decoder: (rate) => {
      rates.push(rate);
      return Promise.resolve(fakes.make());
    },
    encoder: () => Promise.reject(new Error("Not needed here")),
  };
}

Deno.test("a decoder taken is one that nobody has used, at 16 kHz, and is replaced", async () => {
  const fakes = new FakeDecoders();
  const rates: number[] = [];
  await using pool = await createDecoderPool(codec(fakes, rates), 2);
  const taken = new Set();
  for (let turn = 0; turn < 10; turn++) {
    using first = pool.take();
    using second = pool.take();
    taken.add(first).add(second);
    await settle();
  }
  assert.equal(taken.size, 20);
  assert.deepEqual([...new Set(rates)], [16_000]);
});

Deno.test("an empty pool says so and recovers; a disposed one holds nothing", async () => {
  const fakes = new FakeDecoders();
  const pool = await createDecoderPool(codec(fakes), 1);
  pool.take()[Symbol.dispose]();
  assert.throws(() => pool.take(), { code: "decoders_exhausted", retryable: true });
  await settle();
  pool.take()[Symbol.dispose]();
  await pool[Symbol.asyncDispose]();
  assert.throws(() => pool.take(), { code: "decoders_exhausted", retryable: false });
  assert.equal(fakes.open, 0);
});

Deno.test("a codec that makes no decoders is an error of the pool", async () => {
  const broken: OpusCodec = { ...codec(new FakeDecoders()), decoder: () => Promise.reject(new Error("no memory")) };
  await assert.rejects(createDecoderPool(broken), /no memory/);
});
