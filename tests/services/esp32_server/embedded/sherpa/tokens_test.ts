import assert from "node:assert/strict";
import type { Files } from "../../../../../services/esp32_server/embedded/files.ts";
import { checkTokens } from "../../../../../services/esp32_server/embedded/sherpa/tokens.ts";

function check(text: string): Promise<void> {
  const files: Pick<Files, "read"> = { read: () => Promise.resolve(new TextEncoder().encode(text)) };
  return checkTokens(files as Files, "m/tokens.txt");
}

Deno.test("token tables as the archives have them are read", async () => {
  for (const text of ["<unk> 0\n▁the 5\n好 6\n", "_ 0\n  3\n; 4", "IQ== 0\r\nIg== 1\r\n", "\t 7\n", "\u3000 8\n", "12\n", ""]) {
    await check(text);
  }
});

Deno.test("a line that would make the library end the process is named", async () => {
  await assert.rejects(check("<unk> 0\na b\n"), { code: "model_damaged", message: /m\/tokens\.txt.*line 2, 'a b'/ });
  await assert.rejects(check("<html>"), { code: "model_damaged" });
  await assert.rejects(check("a 1 2\n"), { code: "model_damaged" });
});
