/**
 * The device's actor under its supervisor, made to crash in each place of its chart.
 *
 * @module
 */

import type { ChildSpec } from "../../../actors/supervision/child_spec.ts";
import { type FaultRig, injectFaults } from "../../support/fault_injection.ts";
import { ChartModel, utterance } from "./chart_model.ts";

/** The chart on ports that wait; it is started by whoever supervises it. */
function rig(): FaultRig & { readonly model: ChartModel } {
  const model = new ChartModel({ settings: {} }, false);
  const spec: ChildSpec = { id: "device", restart: "temporary", create: () => model.actor };
  return { clock: model.clock, spec, model, open: () => ({ replies: model.replying ? 1 : 0 }) };
}

const ready = async ({ model }: { model: ChartModel }) => {
  model.send({ type: "HELLO" });
  await model.finish();
};
const listening = async (it: { model: ChartModel }) => {
  await ready(it);
  it.model.send({ type: "LISTEN_START", mode: "realtime" });
};
const vad = async (it: { model: ChartModel }) => {
  await listening(it);
  it.model.send({ type: "SPEECH_STARTED", agoMs: 0 });
};
const recognizing = async (it: { model: ChartModel }) => {
  await vad(it);
  it.model.send({ type: "SPEECH_ENDED", utterance: utterance(600), agoMs: 500 });
};
const thinking = async (it: { model: ChartModel }) => {
  await recognizing(it);
  await it.model.finish("words.");
};
const speaking = async (it: { model: ChartModel }) => {
  await thinking(it);
  it.model.tell({ type: "REPLY_HEARD", turnId: it.model.turnId });
};
const hearing = async (it: { model: ChartModel }) => {
  await speaking(it);
  it.model.send({ type: "SPEECH_STARTED", agoMs: 0 });
};
const weighing = async (it: { model: ChartModel }) => {
  await hearing(it);
  it.model.send({ type: "SPEECH_ENDED", utterance: utterance(600), agoMs: 500 });
};

injectFaults({
  name: "a device",
  make: rig,
  ways: {
    connecting: () => {},
    preparing: ({ model }) => model.send({ type: "HELLO" }),
    idle: ready,
    listening,
    vad,
    working: recognizing,
    settling: async (it) => {
      await recognizing(it);
      await it.model.finish("words and");
    },
    thinking,
    playing: speaking,
    hearing,
    silent: weighing,
    late: async (it) => {
      await weighing(it);
      await it.model.wait();
    },
    persisting: async (it) => {
      await speaking(it);
      it.model.send({ type: "ABORT" });
    },
  },
});
