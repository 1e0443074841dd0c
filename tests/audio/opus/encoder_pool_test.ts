import assert from "node:assert/strict";
import { EncoderPool } from "../../../audio/opus/encoder_pool.ts";
import type { EncoderRequest } from "../../../audio/opus/worker_messages.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const FORMAT = { sampleRate: 24000, frameMs: 60, complexity: 0, bitrate: 24000 };

/** A worker that answers when it is told to, and notes what it was sent. */
function scriptedWorker() {
  const asked: number[] = [];
  const held: number[] = [];
  const worker = {
    onmessage: (_: { data: unknown }) => {},
    postMessage: (request: EncoderRequest) => {
      if (request.type === "open" || request.type === "close") return;
      asked.push(request.stream);
      held.push(request.stream);
    },
    terminate: () => {},
  };
  /** Answers the oldest request with so many packets. */
  const answer = async (packets: number) => {
    const stream = held.shift();
    worker.onmessage({ data: { type: "packets", stream, packets: Array.from({ length: packets }, () => new Uint8Array(1)) } });
    await Promise.resolve();
  };
  return { worker: worker as unknown as Worker, asked, held, answer };
}

function pool() {
  const clock = new VirtualClock();
  const script = scriptedWorker();
  return { ...script, clock, pool: new EncoderPool(1, () => script.worker, clock) };
}

const finish = { type: "finish" } as const;

Deno.test("a reply that has not begun is encoded before those that are ahead of the ear", async () => {
  const { pool: encoders, asked, answer } = pool();
  const [a, b, c] = [encoders.open(24000, FORMAT, 0), encoders.open(24000, FORMAT, 0), encoders.open(24000, FORMAT, 0)];
  for (const stream of [a, b, c]) void stream.request(finish);
  for (let answers = 0; answers < 3; answers++) await answer(4);
  void a.request(finish);
  void b.request(finish);
  void c.request(finish);
  const late = encoders.open(24000, FORMAT, 0);
  void late.request(finish);
  assert.deepEqual(asked.slice(3), [1, 2], "no more than two requests are in the worker");
  await answer(4);
  assert.deepEqual(asked.slice(5), [4]);
  await answer(4);
  assert.deepEqual(asked.slice(6), [3]);
});

Deno.test("speech that stands behind other speech of its reply waits for what is wanted earlier, but not for ever", async () => {
  const { pool: encoders, asked, answer, clock } = pool();
  for (let busy = 0; busy < 2; busy++) void encoders.open(24000, FORMAT, 0).request(finish);
  void encoders.open(24000, FORMAT, 5000).request(finish);
  await clock.advance(4900);
  void encoders.open(24000, FORMAT, 0).request(finish);
  await clock.advance(200);
  void encoders.open(24000, FORMAT, 0).request(finish);
  for (let answers = 0; answers < 3; answers++) await answer(1);
  assert.deepEqual(asked, [1, 2, 4, 3, 5]);
});

Deno.test("a stream that closes while it waits is never asked of the worker, and the others go on", async () => {
  const { pool: encoders, asked, answer } = pool();
  for (let busy = 0; busy < 2; busy++) void encoders.open(24000, FORMAT, 0).request(finish);
  const closed = encoders.open(24000, FORMAT, 0);
  const waiting = closed.request(finish);
  void encoders.open(24000, FORMAT, 0).request(finish);
  closed.close();
  await assert.rejects(waiting, { code: "audio_closed" });
  await answer(1);
  assert.deepEqual(asked, [1, 2, 4]);
});
