import { createServer } from "node:http";
import { systemClock } from "../../../base/clock.ts";
import { createWsTransport } from "../../../routes/transport/ws.ts";
import { transportContract } from "./contract.ts";

transportContract({ name: "ws", cutsSilentPeers: true }, async (options, accept) => {
  const transport = createWsTransport({ ...options, clock: systemClock(), closeTimeoutMs: 50 });
  const identity = { deviceId: "aa:bb", clientId: "", protocolVersion: 1, remoteAddress: "127.0.0.1" } as const;
  const server = createServer();
  server.on("upgrade", (request, socket, head) => transport.upgrade({ request, socket, head }, identity, accept));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No TCP address");
  return {
    transport,
    port: address.port,
    async [Symbol.asyncDispose]() {
      transport.terminateAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
});
