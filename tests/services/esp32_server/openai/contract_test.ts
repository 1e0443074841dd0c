import { Resampler } from "../../../../audio/resample.ts";
import { decodeWav } from "../../../../audio/wav.ts";
import { createEsp32Server, type Esp32ServerOptions } from "../../../../services/esp32_server/mod.ts";
import type { ChatMessage, Esp32Server } from "../../../../services/esp32_server/stages.ts";
import { loadOpus } from "../../../../audio/opus/libopus.ts";
import { readOggOpus } from "../../../../audio/ogg/mod.ts";
import { ends, type FakeOpenAiServer, openAiServer, says, stream } from "../../../support/openai_server.ts";
import { testEsp32Server } from "../contract.ts";
import { embedded, machineDeps, optionsWith, utteranceOf } from "../support.ts";
import { allOpenAi, never, openAiOptions } from "./support.ts";

const RATE = 24_000;

/** The embedded stages behind the OpenAI API. */
function serveOpenAi(behind: Esp32Server): FakeOpenAiServer {
  return openAiServer({
    async transcribe({ form }) {
      const samples = await samplesIn(form.get("file") as File);
      const language = form.get("language") as string;
      return Response.json(await behind.recognize(await utteranceOf(samples), { signal: never, language }));
    },
    async chat({ body }) {
      const request = { messages: body["messages"] as ChatMessage[], tools: [], sessionId: "s", deviceId: "d", language: "auto" };
      const events = await Array.fromAsync(behind.chat(request, { signal: never }));
      return stream([...events.flatMap((event) => event.type === "text" ? [says(event.text)] : []), ends("stop")]);
    },
    async speak({ body }) {
      const text = body["input"] as string;
      const audio = await behind.synthesize({ text, language: /\p{Script=Han}/u.test(text) ? "zh" : "en" }, { signal: never });
      if (audio.kind !== "pcm") throw new TypeError("Embedded synthesis gave Opus");
      const { chunks, sampleRate } = audio;
      const resampler = new Resampler(sampleRate, RATE);
      const bytes = async function* () {
        for await (const chunk of chunks) yield new Uint8Array(resampler.push(chunk).buffer);
      };
      return new Response(ReadableStream.from(bytes()), { headers: { "content-type": "audio/pcm" } });
    },
  });
}

async function samplesIn(file: File): Promise<Int16Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (file.type === "audio/wav") return decodeWav(bytes).samples;
  using decoder = await (await loadOpus()).decoder(16_000);
  const { packets } = await readOggOpus(bytes);
  const pieces = await Array.fromAsync(packets, (packet) => decoder.decode(packet));
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}

for (const audioFormat of ["wav", "ogg"] as const) {
  testEsp32Server(`OpenAI server with ${audioFormat}`, async (grammar) => {
    const behind = await embedded({ recognize: { ...optionsWith().recognize, grammar } });
    const running = serveOpenAi(behind);
    const changes: Partial<Esp32ServerOptions> = { audioFormat, detectSpeech: { enabled: true, provider: "embedded" } };
    const server = await createEsp32Server(allOpenAi(openAiOptions(running.baseUrl), changes), machineDeps());
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
