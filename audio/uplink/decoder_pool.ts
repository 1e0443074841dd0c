/**
 * Decoders at hand. Making one is asynchronous; the uplink and `Utterance.pcm()` need one at once.
 *
 * @module
 */

import type { OpusCodec, OpusDecoder } from "../opus/codec.ts";
import { AppError } from "../../base/errors.ts";
import { UPLINK_RATE } from "./limits.ts";

/**
 * Decoders kept ready (20 KiB each). Each one taken is replaced before the next message of a device is handled, and handling one message
 * takes two at most: one to listen and one for `pcm()`. The rest is for several utterances being decoded in one go.
 */
const SPARES = 16;

/** A store of 16 kHz decoders in their initial state. */
export interface DecoderPool extends AsyncDisposable {
  /**
   * A decoder that nobody has used. Whoever takes it disposes of it.
   *
   * @throws AppError with code `decoders_exhausted` when none is ready.
   */
  take(): OpusDecoder;
}

/** Makes a pool and fills it. */
export async function createDecoderPool(codec: OpusCodec, spares: number = SPARES): Promise<DecoderPool> {
  const ready: OpusDecoder[] = [];
  const making = new Set<Promise<void>>();
  let closed = false;
  let failure: unknown;

  const refill = () => {
    const made = codec.decoder(UPLINK_RATE).then(
      (decoder) => closed ? decoder[Symbol.dispose]() : void ready.push(decoder),
      (error) => void (failure = error),
    ).finally(() => making.delete(made));
    making.add(made);
  };

  for (let i = 0; i < spares; i++) refill();
  await Promise.all(making);
  if (failure !== undefined) throw failure;
  return {
    take: () => {
      const decoder = closed ? undefined : ready.pop();
      if (decoder === undefined) {
        throw new AppError(`Opus decoder pool has none of its ${spares} decoders ready${closed ? ": it is disposed of" : ""}`, {
          code: "decoders_exhausted",
          retryable: !closed,
          cause: failure,
        });
      }
      refill();
      return decoder;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      for (const decoder of ready.splice(0)) decoder[Symbol.dispose]();
      await Promise.all(making);
    },
  };
}
