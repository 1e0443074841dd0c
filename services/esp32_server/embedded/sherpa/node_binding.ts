/**
 * The npm package sherpa-onnx-node.
 *
 * Only its asynchronous factories are used: with a damaged model file the constructors end the whole process.
 *
 * @module
 */

import type { SherpaBinding } from "./binding.ts";

interface Library {
  readonly OfflineRecognizer: {
    createAsync(config: unknown): Promise<{
      createStream(): { acceptWaveform(wave: { samples: Float32Array; sampleRate: number }): void };
      decodeAsync(stream: unknown): Promise<{ text?: string; lang?: string }>;
    }>;
  };
  readonly OfflineTts: {
    createAsync(config: unknown): Promise<{
      readonly sampleRate: number;
      readonly numSpeakers: number;
      generateAsync(request: unknown): Promise<{ readonly samples: Float32Array }>;
    }>;
  };
}

const SAMPLE_RATE = 16000;

/** Mel bins of all kinds of models that are recognised in a folder (layouts.ts). */
const FEATURE_DIM = 80;

/** Loads the library: 60 ms and 22 MB. */
export async function loadSherpa(): Promise<SherpaBinding> {
  const loaded = await import("sherpa-onnx-node") as unknown as { default?: Library } & Library;
  const library = loaded.default ?? loaded;
  return {
    async recognizer({ model, tokens }, numThreads) {
      const recognizer = await library.OfflineRecognizer.createAsync({
        featConfig: { sampleRate: SAMPLE_RATE, featureDim: FEATURE_DIM },
        modelConfig: { ...model, tokens, numThreads, provider: "cpu", debug: 0 },
      });
      return {
        async recognize(samples) {
          const stream = recognizer.createStream();
          stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE });
          const { text = "", lang = "" } = await recognizer.decodeAsync(stream);
          return { text, language: lang };
        },
      };
    },
    async synthesizer({ model }, numThreads) {
      const tts = await library.OfflineTts.createAsync({ model: { ...model, numThreads, provider: "cpu", debug: 0 }, maxNumSentences: 1 });
      return {
        sampleRate: tts.sampleRate,
        voices: tts.numSpeakers,
        async generate(text, sid, onSamples) {
          let delivered = 0;
          const whole = await tts.generateAsync({
            text,
            sid,
            speed: 1,
            enableExternalBuffer: false,
            onProgress: ({ samples }: { readonly samples: Float32Array }) => {
              delivered += samples.length;
              return onSamples(samples.slice());
            },
          });
          // Some kinds of models report no progress and give everything at the end.
          if (delivered === 0) onSamples(whole.samples);
        },
      };
    },
  };
}
