/**
 * What tests of the ESP32 server share: options, utterances, a server of the HTTP contract.
 *
 * @module
 */

import { getLogger, type Logger } from "@logtape/logtape";
import { loadOpus } from "../../../audio/opus/libopus.ts";
import { resample } from "../../../audio/resample.ts";
import type { SpeechAudio, Utterance } from "../../../audio/types.ts";
import { decodeWav } from "../../../audio/wav.ts";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { systemRandom } from "../../../base/random.ts";
import { createEsp32Server, type Esp32ServerOptions } from "../../../services/esp32_server/mod.ts";
import { createEsp32ServerApp } from "../../../services/esp32_server/server/app.ts";
import type { Esp32Server } from "../../../services/esp32_server/stages.ts";

/** Options with everything embedded and found by itself. */
export function optionsWith(changes: Partial<Esp32ServerOptions> = {}): Esp32ServerOptions {
  return {
    baseUrl: "http://127.0.0.1:1",
    apiKey: "",
    timeoutMs: {
      detect: 3000,
      recognize: 15_000,
      chatFirstToken: 15_000,
      chatIdle: 10_000,
      synthesizeFirstAudio: 10_000,
      synthesizeIdle: 10_000,
    },
    audioFormat: "wav",
    detectSpeech: { enabled: true, provider: "auto" },
    recognize: { provider: "auto", modelDir: "", grammar: "", program: "" },
    chat: { provider: "auto" },
    synthesize: { provider: "auto", modelDir: "", voice: "", program: "" },
    ...changes,
  };
}

/** Options with every stage done by the server at `baseUrl`. */
export function httpOptions(baseUrl: string, changes: Partial<Esp32ServerOptions> = {}): Esp32ServerOptions {
  const base = optionsWith();
  return {
    ...base,
    baseUrl,
    detectSpeech: { enabled: true, provider: "http" },
    recognize: { ...base.recognize, provider: "http" },
    chat: { provider: "http" },
    synthesize: { ...base.synthesize, provider: "http" },
    ...changes,
  };
}

/** Dependencies on the machine itself, with a logger that nobody listens to. */
export function machineDeps(): { readonly clock: Clock; readonly logger: Logger } {
  return { clock: systemClock(), logger: getLogger(["test", "esp32_server"]) };
}

/** Samples at 16 kHz as an utterance with packets of 60 ms. */
export async function utteranceOf(samples: Int16Array<ArrayBuffer>): Promise<Utterance> {
  const opus = await loadOpus();
  using encoder = await opus.encoder({ sampleRate: 16000, frameMs: 60, complexity: 0, bitrate: 24000 });
  const packets: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start + 960 <= samples.length; start += 960) packets.push(encoder.encode(samples.slice(start, start + 960)));
  return {
    sampleRate: 16000,
    durationMs: samples.length / 16,
    speechMs: samples.length / 16,
    trailingSilenceMs: 0,
    end: "stop",
    packets,
    pcm: () => samples,
  };
}

/** What flite says, as an utterance with a second of silence around it. */
export async function spoken(flite: string, text: string): Promise<Utterance> {
  const { stdout } = await new Deno.Command(flite, { args: ["-voice", "rms", "-t", text, "-o", "/dev/stdout"], stdin: "null" }).output();
  const pcm = resample(decodeWav(stdout), 16000).samples;
  const samples = new Int16Array(pcm.length + 16000);
  samples.set(pcm, 8000);
  return await utteranceOf(samples);
}

/** Half a second of silence. */
export async function silence(): Promise<Utterance> {
  return await utteranceOf(new Int16Array(8000));
}

/** All samples of PCM speech. */
export async function samplesOf(audio: SpeechAudio): Promise<Int16Array> {
  if (audio.kind !== "pcm") throw new TypeError("Audio is Opus, PCM is expected");
  const pieces = await Array.fromAsync(audio.chunks);
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Root mean square of samples. */
export function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}

/** A running server of the HTTP contract. */
export interface RunningServer extends AsyncDisposable {
  readonly baseUrl: string;
}

/** Serves the stages of `server` on a free port of this machine. */
export function serveContract(server: Esp32Server, apiKey = ""): RunningServer {
  const app = createEsp32ServerApp({ server, apiKey, ...machineDeps(), random: systemRandom(), opus: loadOpus });
  return serve((request) => app.fetch(request));
}

/** Serves `handler` on this machine, by default on a free port. */
export function serve(handler: (request: Request) => Response | Promise<Response>, port = 0): RunningServer {
  const http = Deno.serve(
    { port, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response(null, { status: 500 }) },
    handler,
  );
  return {
    baseUrl: `http://127.0.0.1:${http.addr.port}`,
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
}

/** An embedded server of this machine. */
export async function embedded(changes: Partial<Esp32ServerOptions> = {}): Promise<Esp32Server> {
  return await createEsp32Server(optionsWith(changes), { ...machineDeps(), timezone: "UTC" });
}
