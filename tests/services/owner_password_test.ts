import assert from "node:assert/strict";
import { systemRandom } from "../../base/random.ts";
import { generatePassword, ownerPassword, samePassword } from "../../services/owner_password.ts";

Deno.test("a configured password is taken as it is and nothing is written", async () => {
  assert.deepEqual(await ownerPassword("/nowhere/at/all", "secret", systemRandom()), { password: "secret", source: "configured" });
});

Deno.test("a password is made at first start, kept with mode 600, and found at the next", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const first = await ownerPassword(dataDir, "", systemRandom());
    assert.equal(first.source, "created");
    assert.match(first.password, /^([a-z2-9]{4}-){4}[a-z2-9]{4}$/);
    assert.equal((await Deno.stat(first.path!)).mode! & 0o777, 0o600);
    assert.deepEqual(await ownerPassword(dataDir, "", systemRandom()), { ...first, source: "stored" });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("an emptied password file is an error, never a page open to all", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const { path } = await ownerPassword(dataDir, "", systemRandom());
    await Deno.writeTextFile(path!, "\n");
    await assert.rejects(ownerPassword(dataDir, "", systemRandom()), { code: "owner_password_empty" });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("passwords use each of their characters about equally often and bytes that would skew them are passed over", () => {
  const skewed = { next: () => 0, uuid: () => "", bytes: (length: number) => new Uint8Array(length).map((_, i) => i % 2 ? 255 : 30) };
  assert.equal(generatePassword(skewed), "9999-9999-9999-9999-9999");
});

Deno.test("passwords are compared whole", () => {
  assert.equal(samePassword("abc", "abc"), true);
  for (const wrong of ["", "ab", "abcd", "abC"]) assert.equal(samePassword(wrong, "abc"), false);
});
