import { createVadEngine } from "../../../audio/vad/choose.ts";
import { createSileroEngine } from "../../../audio/vad/silero.ts";
import { createWebrtcEngine } from "../../../audio/vad/webrtc.ts";
import { captureLogger } from "../../support/capture_logger.ts";
import { vadContract } from "./contract.ts";

vadContract("silero", () => createSileroEngine());
vadContract("webrtc", () => createWebrtcEngine());
vadContract("auto", () => {
  using log = captureLogger();
  return createVadEngine({ engine: "auto", logger: log.logger });
});
