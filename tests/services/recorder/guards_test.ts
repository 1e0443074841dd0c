import assert from "node:assert/strict";
import { RecorderHub } from "../../../services/recorder/hub.ts";
import { conversation } from "../../support/conversation.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

Deno.test("the recording of a device says what each guard answered, by the event that asked it", async () => {
  const hub = new RecorderHub({ clock: new VirtualClock(), appVersion: "0" });
  await using talk = conversation({ deps: { recorders: hub } });
  const device = talk.connect();
  await device.hello();
  const lines = [...hub.get("aa:bb:cc:dd:ee:ff")!.lines()].map((line) => JSON.parse(line));
  const asked = lines.filter(({ kind, type }) => kind === "note" && type === "guard").map(({ data }) => data);
  assert.deepEqual(asked.find(({ guard }) => guard === "isClosing"), { guard: "isClosing", result: false });
  assert.ok(asked.length >= 5, JSON.stringify(asked));
});
