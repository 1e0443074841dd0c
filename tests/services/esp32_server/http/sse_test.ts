import assert from "node:assert/strict";
import fc from "fast-check";
import { readEvents } from "../../../../services/esp32_server/http/sse.ts";

Deno.test("Events come out the same however the stream is cut into pieces", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((value) => !/[\r\n]/.test(value));
  const newline = fc.constantFrom("\n", "\r\n", "\r");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
      newline,
      fc.nat(20),
      async (events, end, cut) => {
        const wire = events.map((lines) => lines.map((line) => `data: ${line}${end}`).join("") + end).join("");
        const bytes = new TextEncoder().encode(wire);
        async function* pieces() {
          for (let start = 0; start < bytes.length; start += cut + 1) {
            yield await Promise.resolve(bytes.slice(start, start + cut + 1));
          }
        }
        const read = await Array.fromAsync(readEvents(pieces()));
        assert.deepEqual(read.map(({ data }) => data), events.map((lines) => lines.join("\n")));
      },
    ),
    { numRuns: 200 },
  );
});
