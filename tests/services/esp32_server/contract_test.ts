import { createEsp32Server } from "../../../services/esp32_server/mod.ts";
import { testEsp32Server } from "./contract.ts";
import { embedded, httpOptions, machineDeps, optionsWith, serveContract } from "./support.ts";

const recognize = (grammar: string) => ({ ...optionsWith().recognize, grammar });

testEsp32Server("Embedded server", async (grammar) => {
  const server = await embedded({ recognize: recognize(grammar) });
  // Without a base URL that answers, the history is the one call that would leave this machine.
  return { server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

for (const audioFormat of ["wav", "ogg"] as const) {
  testEsp32Server(`HTTP server with ${audioFormat}`, async (grammar) => {
    const behind = await embedded({ recognize: recognize(grammar) });
    const running = serveContract(behind, "secret-key");
    const server = await createEsp32Server(httpOptions(running.baseUrl, { audioFormat, apiKey: "secret-key" }), machineDeps());
    return {
      server,
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]();
        await running[Symbol.asyncDispose]();
        await behind[Symbol.asyncDispose]();
      },
    };
  });
}
