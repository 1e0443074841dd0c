import assert from "node:assert/strict";
import { configWith } from "../../../services/config/mod.ts";
import { createEsp32Server } from "../../../services/esp32_server/mod.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

for (const [provider, follows] of [["embedded", false], ["http", true]] as const) {
  Deno.test(`a chat stage that is ${provider} ${follows ? "can" : "cannot"} be asked for a summary`, async () => {
    using log = captureLogger();
    const { esp32Server } = configWith({
      esp32Server: { chat: { provider }, recognize: { provider: "http" }, synthesize: { provider: "http" } },
    });
    await using server = await createEsp32Server(esp32Server, { clock: new VirtualClock(), logger: log.logger });
    assert.equal(server.followsInstructions, follows);
  });
}
