import assert from "node:assert/strict";
import { configureLogging, createLogger, type LoggingOptions } from "../../../services/logging/mod.ts";

/** Logs with `body` and returns what was written. */
async function written(options: Partial<LoggingOptions>, body: () => void): Promise<string> {
  let text = "";
  await using _logging = configureLogging({
    level: "info",
    format: "json",
    terminal: false,
    write: (lines) => void (text += lines),
    ...options,
  });
  body();
  return text;
}

Deno.test("JSON lines carry level, category, message and properties, one record a line", async () => {
  const text = await written({}, () => {
    createLogger("history").info("Turn {turnId} committed", { turnId: "01", ms: 3 });
    createLogger(["device", "link"]).error("Broken\nin two", {});
  });
  const records = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(records.length, 2);
  assert.deepEqual([records[0].level, records[0].logger, records[0].properties], ["INFO", "xiaozhi.history", { turnId: "01", ms: 3 }]);
  assert.match(records[0].message, /Turn .*01.* committed/);
  assert.equal(records[1].logger, "xiaozhi.device.link");
});

Deno.test("pretty lines have time, level, category, message and the properties that the message does not show", async () => {
  const text = await written({ format: "pretty" }, () => {
    createLogger("server").warn("Port {port} is taken", { port: 8000, pid: 7, by: "a\nb" });
  });
  assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} WARNING xiaozhi\.server Port 8000 is taken pid=7 by="a\\nb"\n$/);
});

Deno.test("auto is pretty on a terminal and JSON elsewhere", async () => {
  const log = () => createLogger("x").info("Hello");
  assert.match(await written({ format: "auto", terminal: true, colours: false }, log), /^\d\d:/);
  assert.match(await written({ format: "auto", terminal: false }, log), /^\{/);
});

Deno.test("colours are used only where asked for", async () => {
  const log = () => createLogger("x").info("Hello");
  assert.ok((await written({ format: "pretty", colours: true }, log)).includes("\x1b["));
  assert.ok(!(await written({ format: "pretty", colours: false }, log)).includes("\x1b["));
});

Deno.test("records below the level and of other programs are not written", async () => {
  const text = await written({ level: "warning" }, () => {
    createLogger("x").info("Quiet");
    createLogger("x").warn("Loud");
  });
  assert.ok(!text.includes("Quiet") && text.includes("Loud"));
});

const SECRETS: readonly Record<string, unknown>[] = [
  { authorization: "hunter2" },
  { Authorization: "Bearer hunter2" },
  { token: "hunter2" },
  { deviceToken: "hunter2" },
  { password: "hunter2" },
  { apiKey: "hunter2" },
  { api_key: "hunter2" },
  { request: { options: [{ cookie: "hunter2" }] } },
  { headers: [["authorization", "hunter2"]] },
];

for (const properties of SECRETS) {
  Deno.test(`the secret in ${JSON.stringify(properties)} is not written in any format`, async () => {
    for (const format of ["json", "pretty"] as const) {
      const text = await written({ format }, () => createLogger("x").info("Called", properties));
      assert.ok(text.includes("Called") && text.includes("[redacted]") && !text.includes("hunter2"), text);
    }
  });
}

Deno.test("a secret that the message itself would show is not written", async () => {
  const text = await written({ format: "pretty" }, () => createLogger("x").info("Token is {token}", { token: "hunter2" }));
  assert.match(text, /Token is \[redacted\]/);
  assert.ok(!text.includes("hunter2"));
});

Deno.test("transcripts are written only when asked for", async () => {
  const log = () => createLogger("x").info("Recognized {text}", { text: "hello there", userText: "hello there", turnId: "01" });
  const hidden = await written({}, log);
  assert.ok(!hidden.includes("hello there") && hidden.includes("01"), hidden);
  assert.ok((await written({ transcripts: true }, log)).includes("hello there"));
});

Deno.test("a sink that fails hurts nobody, and the next line says how many are missing", async () => {
  let broken = true;
  let text = "";
  const write = (lines: string) => {
    if (broken) throw new Deno.errors.BrokenPipe("gone");
    text += lines;
  };
  await using _logging = configureLogging({ level: "info", format: "json", terminal: false, write });
  const logger = createLogger("x");
  logger.info("One");
  logger.info("Two");
  broken = false;
  logger.info("Three");
  logger.info("Four");
  const messages = text.trimEnd().split("\n").map((line) => JSON.parse(line).message);
  assert.deepEqual(messages, ["2 log lines could not be written", "Three", "Four"]);
});

Deno.test("values that cannot be formatted lose their line, not the caller", async () => {
  const trap = {
    get boom(): never {
      throw new Error("no");
    },
  };
  const text = await written({}, () => {
    createLogger("x").info("Trap", { trap });
    createLogger("x").info("After");
  });
  assert.match(text, /1 log line could not be written/);
  assert.match(text, /After/);
});

Deno.test("disposal ends the writing, but not that of a configuration made since", async () => {
  let text = "";
  const options = { level: "info", format: "json", terminal: false, write: (lines: string) => void (text += lines) } as const;
  const first = configureLogging(options);
  const second = configureLogging(options);
  await first[Symbol.asyncDispose]();
  createLogger("x").info("Still here");
  await second[Symbol.asyncDispose]();
  createLogger("x").info("Gone");
  assert.ok(text.includes("Still here") && !text.includes("Gone"));
});
