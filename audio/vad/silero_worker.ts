/**
 * The worker that runs the Silero model. onnxruntime-node computes on the thread that calls it, 0.1 to 0.3 ms a window, so it lives here
 * and never on the thread that serves sockets. Started by silero.ts only.
 *
 * @module
 */

import { type MessagePort, parentPort } from "node:worker_threads";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { AppError, messageOf } from "../../base/errors.ts";
import { VAD_SAMPLE_RATE } from "./limits.ts";
import { type SileroBatch, SileroBatcher } from "./silero_batcher.ts";
import type { SileroReply, SileroRequest } from "./silero_messages.ts";
import { loadSileroModel, SILERO_CONTEXT, SILERO_STATE, SILERO_WINDOW } from "./silero_model.ts";

type Run = (batch: SileroBatch) => Promise<{ readonly probabilities: Float32Array; readonly state: Float32Array }>;

/** Loads runtime and model. Imported late, so that a missing package becomes a reply instead of a worker that does not start. */
async function loadModel(): Promise<Run> {
  const model = loadSileroModel();
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await InferenceSession.create(model, options);
  const rate = new Tensor("int64", BigInt64Array.of(BigInt(VAD_SAMPLE_RATE)), []);
  return async ({ size, input, state }) => {
    const feeds: Record<string, Tensor> = {
      input: new Tensor("float32", input, [size, SILERO_CONTEXT + SILERO_WINDOW]),
      state: new Tensor("float32", state, [2, size, SILERO_STATE]),
      sr: rate,
    };
    const { output, stateN } = await session.run(feeds);
    return { probabilities: output?.data as Float32Array, state: stateN?.data as Float32Array };
  };
}

function serve(port: MessagePort): void {
  const batcher = new SileroBatcher();
  let run: Run | undefined;
  let busy = false;
  const reply = (message: SileroReply) => port.postMessage(message);
  const fail = (error: unknown) =>
    reply({ type: "failed", message: messageOf(error), code: error instanceof AppError ? error.code : undefined });

  const work = async (model: Run) => {
    if (busy) return;
    busy = true;
    for (let batch = batcher.take(); batch !== undefined; batch = batcher.take()) {
      const { probabilities, state } = await model(batch);
      batcher.commit(state);
      reply({ type: "windows", streams: batch.streams, epochs: batch.epochs, probabilities });
    }
    busy = false;
  };

  port.on("message", (request: SileroRequest) => {
    if (request.type === "drop") return batcher.drop(request.stream);
    batcher.push(request.stream, request.epoch, request.samples);
    if (run !== undefined) work(run).catch(fail);
  });
  loadModel().then((model) => {
    run = model;
    reply({ type: "ready" });
    return work(model);
  }).catch(fail);
}

if (parentPort !== null) serve(parentPort);
