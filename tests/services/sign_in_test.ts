import assert from "node:assert/strict";
import { systemRandom } from "../../base/random.ts";
import { hashPassword, PASSWORD_HASH, verifyPassword } from "../../services/sign_in/password_hash.ts";
import { SignIn } from "../../services/sign_in/mod.ts";
import { IDLE_MS, MAX_AGE_MS, Sessions } from "../../services/sign_in/sessions.ts";
import { Attempts } from "../../services/sign_in/attempts.ts";
import { VirtualClock } from "../support/virtual_clock.ts";

const random = systemRandom();

Deno.test("a hash is of one password alone, is another each time, and holds nothing of it", async () => {
  const hash = await hashPassword("correct horse", random);
  assert.match(hash, PASSWORD_HASH);
  assert.notEqual(hash, await hashPassword("correct horse", random));
  assert.ok(await verifyPassword("correct horse", hash));
  for (const wrong of ["correct hors", "", "correct horse ", hash]) assert.equal(await verifyPassword(wrong, hash), false);
  for (const broken of ["", "scrypt:1:1:1:x:y", hash.slice(0, -1), hash.replace("32768", "999999999")]) {
    assert.equal(await verifyPassword("correct horse", broken), false);
  }
});

Deno.test("the owner is an operator, the viewer a viewer, by password or by the hash of one; nobody without a password", async () => {
  const clock = new VirtualClock();
  const viewer = await hashPassword("look", random);
  const signIn = new SignIn({ clock, random, operator: "own", viewer });
  const role = async (password: string) => {
    const result = await signIn.try(password, "192.0.2.1");
    return result.ok ? result.role : result.reason;
  };
  assert.deepEqual([await role("own"), await role("look"), await role(viewer), await role("")], ["operator", "viewer", "wrong", "wrong"]);
  const nobody = new SignIn({ clock, random, operator: "", viewer: "" });
  assert.equal((await nobody.try("", "192.0.2.1")).ok, false);
});

Deno.test("a session is over when it was not used for long, when it is old, and when it is ended", async () => {
  const clock = new VirtualClock();
  const sessions = new Sessions({ clock, random });
  const [idle, old, ended] = [sessions.start("viewer"), sessions.start("operator"), sessions.start("operator")];
  assert.deepEqual([sessions.role(idle), sessions.role(old)], ["viewer", "operator"]);
  sessions.end(ended);
  assert.equal(sessions.role(ended), undefined);
  for (let passed = 0; passed + IDLE_MS - 1 < MAX_AGE_MS; passed += IDLE_MS - 1) {
    await clock.advance(IDLE_MS - 1);
    assert.equal(sessions.role(old), "operator");
  }
  assert.equal(sessions.role(idle), undefined);
  await clock.advance(IDLE_MS - 1);
  assert.equal(sessions.role(old), undefined);
});

Deno.test("an address that guesses has to wait, and strangers who guess do not lock out an address that is known", async () => {
  const clock = new VirtualClock();
  const attempts = new Attempts(clock);
  assert.equal(attempts.begin("192.0.2.9"), 0);
  attempts.succeeded("192.0.2.9");
  for (let n = 0; n < 10; n++) assert.equal(attempts.begin("192.0.2.1"), 0);
  assert.equal(attempts.begin("192.0.2.1"), 60);
  for (let n = 0; n < 50; n++) assert.equal(attempts.begin(`198.51.100.${n}`), 0);
  assert.ok(attempts.begin("203.0.113.1") > 0);
  assert.equal(attempts.begin("192.0.2.9"), 0);
  await clock.advance(60_000);
  assert.equal(attempts.begin("192.0.2.1"), 0);
  assert.equal(attempts.begin("203.0.113.1"), 0);
});
