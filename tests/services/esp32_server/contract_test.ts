import { createEsp32Server } from "../../../services/esp32_server/mod.ts";
import { connectTcp, createNearFetch } from "../../../services/near_fetch/mod.ts";
import { testEsp32Server } from "./contract.ts";
import { embedded, httpOptions, machineDeps, optionsWith, serveContract } from "./support.ts";

const recognize = (grammar: string) => ({ ...optionsWith().recognize, grammar });

testEsp32Server("Embedded server", async (grammar) => {
  const server = await embedded({ recognize: recognize(grammar) });
  // Without a base URL that answers, the history is the one call that would leave this machine.
  return { server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

for (const [audioFormat, by] of [["wav", "fetch"], ["ogg", "near fetch"]] as const) {
  testEsp32Server(`HTTP server with ${audioFormat}, by ${by}`, async (grammar) => {
    const behind = await embedded({ recognize: recognize(grammar) });
    const running = serveContract(behind, "secret-key");
    const deps = machineDeps();
    // Whatever is not made by near fetch fails.
    const near = createNearFetch({ ...deps, connect: connectTcp, fetch: () => Promise.reject(new Error("This is for near fetch")) });
    const options = httpOptions(running.baseUrl, { audioFormat, apiKey: "secret-key" });
    const server = await createEsp32Server(options, by === "fetch" ? deps : { ...deps, fetch: near.fetch });
    return {
      server,
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]();
        near[Symbol.dispose]();
        await running[Symbol.asyncDispose]();
        await behind[Symbol.asyncDispose]();
      },
    };
  });
}
