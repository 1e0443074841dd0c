import { assertNoLeaks } from "../../support/leaks.ts";
import { cycle } from "./cycles.ts";

Deno.test("five hundred devices that connect, talk and disconnect leave no actor, socket, file or memory", async () => {
  await cycle(500);
  // Of the process as well as of the devices.
  await assertNoLeaks(() => {});
});
