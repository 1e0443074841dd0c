import { getLogger } from "@logtape/logtape";
import { systemClock } from "../../../../base/clock.ts";
import { systemRandom } from "../../../../base/random.ts";
import { StageError } from "../../../../services/esp32_server/errors.ts";
import { resilient } from "../../../../services/esp32_server/resilience/mod.ts";
import type { Esp32Server } from "../../../../services/esp32_server/stages.ts";
import { testEsp32Server } from "../contract.ts";
import { embedded, optionsWith } from "../support.ts";
import { TIMEOUT_MS } from "./scripted.ts";

/** A server whose first choice always fails, in front of the embedded one. */
function behindBroken(server: Esp32Server): Esp32Server {
  const broken = () => Promise.reject(new StageError("synthesize", "unavailable", "Nobody answers"));
  const providers = [
    {
      name: "broken",
      stage: {
        detectSpeech: broken,
        recognize: broken,
        synthesize: broken,
        async *chat() {
          yield await broken();
        },
      },
    },
    { name: "embedded", stage: server },
  ];
  const stages = resilient({ detect: providers, recognize: providers, chat: providers, synthesize: providers }, {
    clock: systemClock(),
    random: systemRandom(),
    logger: getLogger(["test", "resilience"]),
    timeoutMs: TIMEOUT_MS,
  });
  return {
    detectSpeech: (utterance, options) => stages.detectSpeech(utterance, options),
    recognize: (utterance, options) => stages.recognize(utterance, options),
    chat: (request, options) => stages.chat(request, options),
    synthesize: (request, options) => stages.synthesize(request, options),
    recentHistory: (since, options) => server.recentHistory(since, options),
    health: (options) => server.health(options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

testEsp32Server("a resilient server with a stand-in", async (grammar) => {
  const inner = await embedded({ recognize: { ...optionsWith().recognize, grammar } });
  const server = behindBroken(inner);
  return { server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});
