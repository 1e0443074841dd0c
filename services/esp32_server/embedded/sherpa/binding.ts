/**
 * sherpa-onnx behind two calls, so that it can be exchanged and tested without a model.
 *
 * @module
 */

/** A model for recognition: which kind, and its files. */
export interface RecognizerModel {
  /** sherpa-onnx's name of the kind, with the files it takes by sherpa-onnx's names. */
  readonly model: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** Path of the token table. */
  readonly tokens: string;
}

/** A model for speech: which kind, and its files. */
export interface SynthesizerModel {
  readonly model: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** A loaded model for recognition. */
export interface SherpaRecognizer {
  /** Text of 16 kHz speech of -1 to 1, computed off the main thread. `language` may be empty. */
  recognize(samples: Float32Array): Promise<{ readonly text: string; readonly language: string }>;
}

/** A loaded model for speech. */
export interface SherpaSynthesizer {
  /** Samples per second. */
  readonly sampleRate: number;
  /** How many voices it has. */
  readonly voices: number;
  /** Speaks with voice number `voice`. `onSamples` gets the sound as it is made, and stops the work by returning false. */
  generate(text: string, voice: number, onSamples: (samples: Float32Array) => boolean): Promise<void>;
}

/** The library. Both reject when a file is missing or damaged. */
export interface SherpaBinding {
  recognizer(model: RecognizerModel, threads: number): Promise<SherpaRecognizer>;
  synthesizer(model: SynthesizerModel, threads: number): Promise<SherpaSynthesizer>;
}
