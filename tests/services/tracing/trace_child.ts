/**
 * A process that holds three conversations on virtual time and traces their turns: one answered, one interrupted, one that fails.
 * `--content` lets the traces hold what was said. It ends by itself, so that everything is exported.
 *
 * @module
 */

import { createTurnTracer } from "../../../services/tracing/turn_tracer.ts";
import { StageError } from "../../../services/esp32_server/errors.ts";
import { conversation } from "../../support/conversation.ts";
import { ANSWER, DEVICE, LATENCIES, QUESTION } from "./trace_example.ts";

const tracer = createTurnTracer({
  version: "test",
  providers: { recognize: "embedded", chat: "openai", synthesize: "http" },
  content: Deno.args.includes("--content"),
  key: new Uint8Array(32).fill(7),
});

await using talk = conversation({
  script: { hears: [QUESTION], says: () => ANSWER, speaksForMs: () => 900, ...LATENCIES },
  // Each stage takes what its provider takes.
  settings: { features: { deviceMcp: true, voiceBargeIn: true, speculation: false } },
  deps: { tracer },
});
const device = talk.connect(DEVICE);
await device.hello();
device.listen();
await device.say();
await talk.clock.advance(10_000);

await device.say();
await talk.clock.advance(2000);
device.send({ session_id: "", type: "abort" });
await talk.clock.advance(1000);

talk.server.script.says = () => [new StageError("chat", "rejected", `Server did not like "${QUESTION}"`)];
device.listen();
await device.say();
await talk.clock.advance(10_000);
