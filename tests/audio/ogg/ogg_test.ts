import assert from "node:assert/strict";
import fc from "fast-check";
import { AudioError } from "../../../audio/errors.ts";
import { readOggOpus, writeOggOpus } from "../../../audio/ogg/mod.ts";
import { encodeOpusHead, encodeOpusTags } from "../../../audio/ogg/opus_head.ts";
import { decodePage, encodePage, type OggPage, pageLength } from "../../../audio/ogg/page.ts";
import { packetSamples } from "../../../audio/toc.ts";

const HEAD = encodeOpusHead({ channels: 1, preSkip: 312, inputSampleRate: 16000, outputGain: 0 });
const TAGS = encodeOpusTags("test");

/** A packet of 60 ms (SILK) or 20 ms with `length` bytes. */
function packet(length: number, fill = 7, toc = 11 << 3): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length).fill(fill);
  bytes[0] = toc;
  return bytes;
}

async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let i = 0; offset < bytes.length; i++) {
    const length = lengths[i % lengths.length]!;
    yield await Promise.resolve(bytes.slice(offset, offset + length));
    offset += length;
  }
}

async function demux(source: AsyncIterable<Uint8Array> | Uint8Array): Promise<Uint8Array[]> {
  const packets: Uint8Array[] = [];
  for await (const p of (await readOggOpus(source)).packets) packets.push(p);
  return packets;
}

function pages(bytes: Uint8Array<ArrayBuffer>): OggPage[] {
  const all: OggPage[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = pageLength(bytes.subarray(offset))!;
    all.push(decodePage(bytes.slice(offset, offset + length)));
    offset += length;
  }
  return all;
}

function page(part: Partial<OggPage> & { sequence: number }): Uint8Array<ArrayBuffer> {
  const body = part.body ?? new Uint8Array();
  const lacing = part.lacing ?? Uint8Array.from([...new Array<number>(Math.floor(body.length / 255)).fill(255), body.length % 255]);
  return encodePage({ continued: false, first: false, last: false, granule: 0n, serial: 1, ...part, body, lacing });
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const headers = (serial = 1) => concat(page({ first: true, sequence: 0, serial, body: HEAD }), page({ sequence: 1, serial, body: TAGS }));

Deno.test("packets come out as they went in, whatever the pieces of the stream are", async () => {
  const packets = fc.array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(254, 255, 256, 510, 511), fc.integer({ min: 1, max: 1275 })),
      fc.nat(255),
    ).map(([n, f]) => packet(n, f)),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(packets, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }), async (input, lengths) => {
      const bytes = writeOggOpus({ packets: input, inputSampleRate: 16000 });
      assert.deepEqual(await demux(pieces(bytes, lengths)), input);
    }),
    { numRuns: 60 },
  );
});

Deno.test("the header carries channels, pre-skip and input rate", async () => {
  const bytes = writeOggOpus({ packets: [packet(9)], inputSampleRate: 24000, preSkip: 3840 });
  assert.deepEqual((await readOggOpus(bytes)).head, { channels: 1, preSkip: 3840, inputSampleRate: 24000, outputGain: 0 });
});

Deno.test("pages are numbered, hold at most a second, and their granules count samples at 48 kHz", () => {
  const input = Array.from({ length: 100 }, (_, i) => packet(100 + i, i, i % 2 === 0 ? 11 << 3 : 9 << 3));
  const all = pages(writeOggOpus({ packets: input, inputSampleRate: 16000, serial: 42 }));
  let samples = 0;
  let next = 0;
  all.forEach((p, i) => {
    assert.equal(p.sequence, i);
    assert.equal(p.serial, 42);
    assert.equal(p.first, i === 0);
    assert.equal(p.last, i === all.length - 1);
    const ended = i < 2 ? 0 : p.lacing.filter((length) => length < 255).length;
    const before = samples;
    for (const one of input.slice(next, next + ended)) samples += packetSamples(one, 48000);
    next += ended;
    assert.equal(p.granule, BigInt(samples));
    assert.ok(samples - before <= 48000);
  });
  assert.equal(samples, 50 * 2880 + 50 * 960);
});

Deno.test("a file without packets is still a whole Ogg stream", async () => {
  const bytes = writeOggOpus({ packets: [], inputSampleRate: 16000 });
  assert.equal(pages(bytes).at(-1)?.last, true);
  assert.deepEqual(await demux(bytes), []);
});

Deno.test("bytes that are no Opus packet are left out of a file, because their duration is unknown", async () => {
  const bytes = writeOggOpus({
    packets: [packet(5), new Uint8Array(), Uint8Array.of((11 << 3) | 3, 3), packet(6)],
    inputSampleRate: 16000,
  });
  assert.deepEqual(await demux(bytes), [packet(5), packet(6)]);
});

Deno.test("packets may span pages, and comments may be longer than any audio packet", async () => {
  const long = packet(1000);
  const tags = concat(TAGS, new Uint8Array(100_000));
  const cut = 255 * 255;
  const bytes = concat(
    page({ first: true, sequence: 0, body: HEAD }),
    page({ sequence: 1, body: tags.slice(0, cut), lacing: new Uint8Array(255).fill(255) }),
    page({ sequence: 2, continued: true, body: tags.slice(cut) }),
    page({ sequence: 3, body: long.slice(0, 510), lacing: Uint8Array.of(255, 255), granule: -1n }),
    page({ sequence: 4, continued: true, body: long.slice(510), last: true }),
  );
  assert.deepEqual(await demux(pieces(bytes, [777])), [long]);
});

Deno.test("a packet with a lost page is left out, the others are kept", async () => {
  const bytes = concat(
    headers(),
    page({ sequence: 2, body: packet(510), lacing: Uint8Array.of(255, 255) }),
    page({ sequence: 4, continued: true, body: concat(packet(3), packet(8)), lacing: Uint8Array.of(3, 8) }),
    page({ sequence: 5, body: packet(9) }),
  );
  assert.deepEqual(await demux(bytes), [packet(8), packet(9)]);
});

Deno.test("other streams beside the Opus stream are skipped", async () => {
  const vorbis = new TextEncoder().encode("\x01vorbis etc");
  const bytes = concat(
    page({ first: true, sequence: 0, serial: 9, body: vorbis }),
    page({ first: true, sequence: 0, body: HEAD }),
    page({ first: true, sequence: 0, serial: 8, body: HEAD }),
    page({ sequence: 1, serial: 9, body: packet(4) }),
    page({ sequence: 1, body: TAGS }),
    page({ sequence: 1, serial: 8, body: TAGS }),
    page({ sequence: 2, serial: 8, body: packet(5) }),
    page({ sequence: 2, body: packet(6), last: true }),
  );
  assert.deepEqual(await demux(bytes), [packet(6)]);
});

Deno.test("chained streams are read as one, with and without an end between them", async () => {
  for (const last of [true, false]) {
    const one = concat(headers(1), page({ sequence: 2, body: packet(5), last }));
    const two = concat(headers(2), page({ sequence: 2, serial: 2, body: packet(6), last: true }));
    const same = concat(headers(1), page({ sequence: 2, body: packet(7), last: true }));
    assert.deepEqual(await demux(pieces(concat(one, two, same), [100])), [packet(5), packet(6), packet(7)]);
  }
});

Deno.test("bad input is an AudioError that says what is wrong", async () => {
  const good = writeOggOpus({ packets: Array.from({ length: 40 }, () => packet(50)), inputSampleRate: 16000 });
  const damaged = good.slice();
  damaged[good.length - 5]! ^= 1;
  const version = good.slice();
  version[4] = 1;
  const cases: [Uint8Array, string, RegExp][] = [
    [new TextEncoder().encode("<html></html>"), "ogg_malformed", /3c 68 74 6d/],
    [new Uint8Array(), "ogg_malformed", /no first page/],
    [good.slice(0, 20), "ogg_malformed", /into a page/],
    [good.slice(0, -1), "ogg_malformed", /its end is missing/],
    [damaged, "ogg_malformed", /checksum/],
    [version, "ogg_malformed", /version 1/],
    [concat(headers(), page({ sequence: 2, body: packet(255), lacing: Uint8Array.of(255) })), "ogg_malformed", /inside a packet/],
    [page({ first: true, sequence: 0, body: HEAD.slice(0, 10) }), "ogg_malformed", /OpusHead has 10 bytes/],
    [page({ first: true, sequence: 0, body: HEAD.with(9, 0) }), "ogg_malformed", /0 channels/],
    [page({ first: true, sequence: 0, body: HEAD.with(8, 16) }), "ogg_unsupported", /version 16/],
    [page({ first: true, sequence: 0, body: concat(HEAD.with(9, 6).with(18, 1), new Uint8Array(8)) }), "ogg_unsupported", /6 channels/],
    [concat(page({ first: true, sequence: 0, body: HEAD }), page({ sequence: 1, body: packet(9) })), "ogg_malformed", /OpusTags/],
    [
      concat(page({ first: true, sequence: 0, body: new TextEncoder().encode("\x01vorbis") }), page({ sequence: 1, body: packet(9) })),
      "ogg_unsupported",
      /Vorbis/,
    ],
  ];
  for (const [bytes, code, message] of cases) {
    for (const source of [bytes, pieces(bytes, [11])]) {
      await assert.rejects(demux(source), (error: unknown) => {
        assert.ok(error instanceof AudioError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    }
  }
});

Deno.test("packets before the damage are given first", async () => {
  const bytes = writeOggOpus({ packets: Array.from({ length: 40 }, () => packet(50)), inputSampleRate: 16000 });
  bytes[bytes.length - 5]! ^= 1;
  const got: Uint8Array[] = [];
  await assert.rejects(async () => {
    for await (const p of (await readOggOpus(bytes)).packets) got.push(p);
  }, { code: "ogg_malformed" });
  assert.ok(got.length >= 16, `${got.length} packets`);
});

Deno.test("an endless packet is refused instead of being kept", async () => {
  const filler = (sequence: number) =>
    page({ sequence, continued: sequence > 2, body: new Uint8Array(255 * 255), lacing: new Uint8Array(255).fill(255) });
  await assert.rejects(demux(concat(headers(), filler(2), filler(3))), { code: "ogg_malformed", message: /no Opus packet is that long/ });
});

Deno.test("random bytes and random damage give packets or an AudioError, nothing else", async () => {
  const good = writeOggOpus({ packets: Array.from({ length: 5 }, () => packet(50)), inputSampleRate: 16000 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(good.length), fc.nat(60), async (junk, at, removed) => {
      const bytes = concat(good.slice(0, at), junk, good.slice(at + removed));
      await demux(bytes).catch((error) => assert.ok(error instanceof AudioError, String(error)));
    }),
  );
});

Deno.test("a reader that stops early, or a bad stream, closes the source", async () => {
  let closed = 0;
  async function* source(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces(bytes, [64]);
    } finally {
      closed++;
    }
  }
  const good = writeOggOpus({ packets: Array.from({ length: 40 }, () => packet(50)), inputSampleRate: 16000 });
  for await (const _ of (await readOggOpus(source(good))).packets) break;
  assert.equal(closed, 1);
  await assert.rejects(readOggOpus(source(new Uint8Array(100))));
  assert.equal(closed, 2);
});
