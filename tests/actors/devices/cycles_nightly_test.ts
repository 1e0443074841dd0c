import { assertNoLeaks } from "../../support/leaks.ts";
import { cycle } from "./cycles.ts";

Deno.test("ten thousand devices that connect, talk and disconnect leave no actor, socket, file or memory", async () => {
  await cycle(10_000);
  await assertNoLeaks(() => {});
});
