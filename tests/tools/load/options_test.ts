import assert from "node:assert/strict";
import { LoadError } from "../../../tools/load/errors.ts";
import { parseLoad, sizes } from "../../../tools/load/options.ts";

Deno.test("without arguments, a hundred devices talk three times with a private server", () => {
  assert.deepEqual(parseLoad([]), {
    devices: 100,
    turns: 3,
    formats: ["opus"],
    complexity: 5,
    untilBreak: false,
    json: undefined,
    svg: undefined,
    stagesMs: [80, 120, 100],
    server: undefined,
    tokenLess: false,
  });
});

Deno.test("every option is read", () => {
  const args = "--devices 7 --turns 2 --tts both --complexity 0 --until-break --json a.json --svg b.svg --stages 1,2,3".split(" ");
  const options = parseLoad(args);
  assert.ok(options !== "help");
  assert.deepEqual([options.devices, options.turns, options.formats, options.complexity], [7, 2, ["opus", "pcm"], 0]);
  assert.deepEqual([options.untilBreak, options.json, options.svg, options.stagesMs], [true, "a.json", "b.svg", [1, 2, 3]]);
  assert.equal(parseLoad(["--help"]), "help");
});

Deno.test("the stages of somebody's own server are unknown unless they are said", () => {
  const own = parseLoad(["--server", "http://localhost:8000/", "--token-less"]);
  assert.ok(own !== "help");
  assert.deepEqual([own.server, own.tokenLess, own.stagesMs], ["http://127.0.0.1:8000", true, undefined]);
  const said = parseLoad(["--server", "http://127.0.0.1:1", "--stages", "0,10,20"]);
  assert.ok(said !== "help");
  assert.deepEqual(said.stagesMs, [0, 10, 20]);
});

const WRONG: readonly (readonly [args: string, says: RegExp])[] = [
  ["--devices 0", /--devices 0 must be a whole number from 1/],
  ["--devices many", /--devices many/],
  ["--turns 1.5", /--turns 1\.5/],
  ["--tts mp3", /--tts mp3 is not one of opus, pcm, both/],
  ["--complexity 11", /from 0 to 10/],
  ["--stages 1,2", /--stages 1,2 must be three numbers/],
  ["--stages 1,,3", /--stages {2}must be/],
  ["--server https://127.0.0.1", /must be an address such as http/],
  ["--server http://192.0.2.1:8000", /not on this machine/],
  ["--server http://127.0.0.1:8000 --tts pcm", /--tts is the private server's/],
  ["--token-less", /--token-less needs --server/],
  ["--devcies 3", /devcies/],
];

for (const [args, says] of WRONG) {
  Deno.test(`load ${args} is refused, saying what would be right`, () => {
    assert.throws(() => parseLoad(args.split(" ")), (error) => {
      assert.ok(error instanceof LoadError);
      assert.equal(error.code, "usage");
      assert.match(error.message, says);
      return true;
    });
  });
}

Deno.test("one size is run, or sizes that double until there are no more addresses", () => {
  assert.deepEqual([...sizes({ devices: 30, untilBreak: false })], [30]);
  assert.deepEqual([...sizes({ devices: 100, untilBreak: true })], [100, 200, 400, 800, 1600, 3200, 6400]);
});
