import assert from "node:assert/strict";
import fc from "fast-check";
import { AudioError } from "../../audio/errors.ts";
import { decodeWav, encodeWav, readWav } from "../../audio/wav.ts";

interface Chunk {
  readonly id: string;
  readonly body: readonly number[];
  readonly size?: number;
}

const le = (value: number, bytes: number) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

function riff(chunks: readonly Chunk[], riffSize?: number): Uint8Array {
  const body = chunks.flatMap(({ id, body, size }) => [
    ...new TextEncoder().encode(id),
    ...le(size ?? body.length, 4),
    ...body,
    ...(body.length % 2 === 1 ? [0] : []),
  ]);
  return Uint8Array.from([
    ...new TextEncoder().encode("RIFF"),
    ...le(riffSize ?? 4 + body.length, 4),
    ...new TextEncoder().encode("WAVE"),
    ...body,
  ]);
}

function fmt(code: number, channels: number, rate: number, bits: number, more: readonly number[] = []): Chunk {
  const block = (channels * bits) / 8;
  return {
    id: "fmt ",
    body: [...le(code, 2), ...le(channels, 2), ...le(rate, 4), ...le(rate * block, 4), ...le(block, 2), ...le(bits, 2), ...more],
  };
}

const PCM_GUID = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += length) yield await Promise.resolve(bytes.subarray(i, i + length));
}

async function collect(chunks: AsyncIterable<Int16Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

Deno.test("what is encoded decodes to the same samples, in any pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.int16Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 48000 }),
      fc.integer({ min: 1, max: 99 }),
      async (samples, sampleRate, length) => {
        const bytes = encodeWav({ sampleRate, samples: new Int16Array(samples) });
        assert.deepEqual(decodeWav(bytes), { sampleRate, samples: new Int16Array(samples) });
        const stream = await readWav(pieces(bytes, length));
        assert.equal(stream.sampleRate, sampleRate);
        assert.deepEqual(await collect(stream.chunks), [...samples]);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("every sample format is brought to 16 bit", () => {
  const f32 = [...new Uint8Array(Float32Array.of(0.5, -1, 2, NaN).buffer)];
  const f64 = [...new Uint8Array(Float64Array.of(0.25, -0.5).buffer)];
  const cases: [number, number, number[], number[]][] = [
    [1, 8, [0, 128, 255, 192], [-32768, 0, 32512, 16384]],
    [1, 16, [0, 128, 255, 127], [-32768, 32767]],
    [1, 24, [0, 0, 128, 255, 255, 127, 0, 1, 0], [-32768, 32767, 1]],
    [1, 32, [0, 0, 0, 128, 0, 0, 1, 0], [-32768, 1]],
    [3, 32, f32, [16384, -32768, 32767, 0]],
    [3, 64, f64, [8192, -16384]],
  ];
  for (const [code, bits, data, expected] of cases) {
    const wav = riff([fmt(code, 1, 16000, bits), { id: "data", body: data }]);
    assert.deepEqual([...decodeWav(wav).samples], expected, `format ${code}, ${bits} bit`);
  }
});

Deno.test("channels are averaged", () => {
  const stereo = riff([fmt(1, 2, 44100, 16), { id: "data", body: [...le(100, 2), ...le(300, 2), ...le(65436, 2), ...le(100, 2)] }]);
  assert.deepEqual(decodeWav(stereo), { sampleRate: 44100, samples: Int16Array.of(200, 0) });
});

Deno.test("extensible headers are read, other sub-formats refused", () => {
  const tail = (guid: readonly number[]) => [...le(22, 2), ...le(16, 2), ...le(0, 4), ...guid];
  const wav = (guid: readonly number[]) => riff([fmt(0xfffe, 1, 8000, 16, tail(guid)), { id: "data", body: [1, 0] }]);
  assert.deepEqual([...decodeWav(wav(PCM_GUID)).samples], [1]);
  assert.throws(() => decodeWav(wav(PCM_GUID.with(9, 7))), { code: "wav_unsupported" });
  assert.throws(() => decodeWav(riff([fmt(0xfffe, 1, 8000, 16), { id: "data", body: [1, 0] }])), { code: "wav_malformed" });
});

Deno.test("headers of writers that could not know the length are taken to the end", async () => {
  for (const [size, riffSize] of [[0, 0], [0, 36], [0xffffffff, 0xffffffff], [0x7ffff000, 0x7ffff024], [0, 0xffffffff], [4000, 4036]]) {
    const wav = riff([fmt(1, 1, 16000, 16), { id: "data", body: [1, 0, 2, 0, 3, 0], size: size! }], riffSize!);
    assert.deepEqual([...decodeWav(wav).samples], [1, 2, 3], `size ${size}`);
    assert.deepEqual(await collect((await readWav(pieces(wav, 7))).chunks), [1, 2, 3]);
  }
});

Deno.test("an empty data chunk before other chunks is no sound, and chunks after the data are not played", async () => {
  const list = { id: "LIST", body: [9, 9, 9, 9] };
  const empty = riff([fmt(1, 1, 16000, 16), { id: "data", body: [] }, list]);
  const short = riff([fmt(1, 1, 16000, 16), { id: "data", body: [5, 0] }, list]);
  assert.equal(decodeWav(empty).samples.length, 0);
  assert.deepEqual(await collect((await readWav(pieces(empty, 5))).chunks), []);
  assert.deepEqual([...decodeWav(short).samples], [5]);
  assert.deepEqual(await collect((await readWav(pieces(short, 5))).chunks), [5]);
});

Deno.test("chunks of odd size are skipped with their padding", () => {
  const wav = riff([{ id: "LIST", body: [1, 2, 3] }, fmt(1, 1, 16000, 16), { id: "junk", body: [0] }, { id: "data", body: [7, 0] }]);
  assert.deepEqual([...decodeWav(wav).samples], [7]);
});

Deno.test("a frame that is cut off at the end is dropped", () => {
  assert.deepEqual([...decodeWav(riff([fmt(1, 1, 8000, 16), { id: "data", body: [7, 0, 1] }])).samples], [7]);
});

Deno.test("what is no WAV says what is wrong", async () => {
  const data = { id: "data", body: [0, 0] };
  const cases: [Uint8Array, string, RegExp][] = [
    [new TextEncoder().encode("<html>not here</html>"), "wav_malformed", /<html>/],
    [new Uint8Array(), "wav_malformed", /no data chunk/],
    [riff([fmt(1, 1, 8000, 16)]), "wav_malformed", /no data chunk/],
    [riff([data]), "wav_malformed", /fmt must come first/],
    [riff([fmt(7, 1, 8000, 8), data]), "wav_unsupported", /mu-law/],
    [riff([fmt(1234, 1, 8000, 8), data]), "wav_unsupported", /format 1234/],
    [riff([fmt(1, 1, 8000, 12), data]), "wav_unsupported", /12 bit/],
    [riff([fmt(1, 0, 8000, 16), data]), "wav_malformed", /0 channels/],
    [riff([fmt(1, 1, 0, 16), data]), "wav_malformed", /0 Hz/],
    [riff([{ id: "fmt ", body: [1, 0] }, data]), "wav_malformed", /2 bytes/],
  ];
  for (const [bytes, code, message] of cases) {
    assert.throws(() => decodeWav(bytes), { code, message });
    await assert.rejects(readWav(pieces(bytes, 3)), { code });
  }
});

Deno.test("random bytes give samples or an AudioError, nothing else", () => {
  const head = fc.constantFrom([], [...riff([])], [...riff([fmt(1, 1, 8000, 16)])]);
  fc.assert(fc.property(head, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
    try {
      decodeWav(Uint8Array.from([...start, ...rest]));
    } catch (error) {
      assert.ok(error instanceof AudioError);
    }
  }));
});

Deno.test("a reader that stops early, or a bad header, closes the source", async () => {
  let closed = 0;
  async function* source(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces(bytes, 50);
    } finally {
      closed++;
    }
  }
  const stream = await readWav(source(encodeWav({ sampleRate: 8000, samples: new Int16Array(1000) })));
  for await (const _ of stream.chunks) break;
  assert.equal(closed, 1);
  await assert.rejects(readWav(source(new Uint8Array(100))));
  assert.equal(closed, 2);
});
