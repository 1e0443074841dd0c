import { createNativeTransport } from "../../../routes/transport/native.ts";
import { transportContract } from "./contract.ts";

transportContract({ name: "native", cutsSilentPeers: false }, (options, accept) => {
  const transport = createNativeTransport(options);
  const identity = { deviceId: "aa:bb", clientId: "", protocolVersion: 1, remoteAddress: "127.0.0.1" } as const;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => transport.upgrade(request, identity, accept),
  );
  return Promise.resolve({ transport, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() });
});
