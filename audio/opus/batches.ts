/**
 * Audio in the portions in which it goes to a worker.
 *
 * @module
 */

/**
 * Frames in one portion. Few, so that the streams of a worker take turns often and a reply that begins need not wait (a portion takes about
 * 2 ms to encode); more than one, so that long audio does not pay for a message each way on every frame.
 */
const BATCH_FRAMES = 2;

/**
 * Samples in portions of one or two frames; the first is one frame, so that the first packet is not kept waiting. Only the last may be
 * shorter than a frame. Each portion has a buffer of its own.
 */
export async function* sampleBatches(
  chunks: AsyncIterable<Int16Array>,
  frameSamples: number,
): AsyncGenerator<Int16Array<ArrayBuffer>, void, void> {
  let batch = new Int16Array(frameSamples);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length;) {
      const piece = chunk.subarray(offset, offset + batch.length - filled);
      batch.set(piece, filled);
      filled += piece.length;
      offset += piece.length;
      if (filled === batch.length || (offset === chunk.length && filled >= frameSamples)) {
        yield batch.slice(0, filled);
        batch = new Int16Array(frameSamples * BATCH_FRAMES);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield batch.slice(0, filled);
}
