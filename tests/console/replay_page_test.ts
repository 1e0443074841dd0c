import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { readRecording } from "../../services/recorder/read.ts";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { recordStuckTalk } from "../support/stuck_talk.ts";
import { idOf, startConsole } from "./console_fixture.ts";

const { ignore } = CHROMIUM;
const ATTACK = `<img src=x onerror="document.title='owned'">`;

const text = await recordStuckTalk();
const lines = text.trimEnd().split("\n");
const freeing = readRecording(text).records.find(({ kind, type }) => kind === "step" && type.startsWith("xstate.after.recognizingLimit"))
  ?.edges?.[0];

async function open(page: Page, content: string, name = "a recording.ndjson"): Promise<void> {
  const another = page.getByRole("button", { name: "Open another" });
  if (await another.isVisible()) await another.click();
  await page.locator("#recording-file").setInputFiles({ name, mimeType: "application/x-ndjson", buffer: Buffer.from(content) });
}

const active = (page: Page) => page.locator(".chart-canvas .node.active:not(.outer)");

Deno.test({
  name: "a recording is opened from a file, gone through, stopped at a state, and taken away as a test; the file never leaves the browser",
  ignore,
  async fn() {
    await using fx = await startConsole();
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    const sent: string[] = [];
    page.on("request", (request) => request.method() === "GET" || sent.push(request.url()));
    await page.goto(`${fx.base}/console/replay`);
    await open(page, text);
    await page.getByText("180 records").waitFor();

    // Breakpoints.
    await page.getByRole("combobox", { name: "Stop in a state…" }).selectOption("device.ready.recognizing.working");
    await page.getByRole("button", { name: "Unanswered events" }).click();
    const run = page.getByRole("button", { name: "Run to the next breakpoint" });
    await run.click();
    await page.getByText("Stopped: device.ready.recognizing.working").waitFor();
    assert.equal(await active(page).getAttribute("data-id"), "device.ready.recognizing.working");
    await page.keyboard.press("b");
    await page.keyboard.press("b");
    await page.getByText("Stopped: Unanswered events").waitFor();
    assert.equal(await page.locator(".position strong").textContent(), "28.940 s");
    await page.locator("[data-path=recognizing][aria-current=step]", { hasText: "21.1 s" }).waitFor();
    await page.locator(".state-edges li", { hasText: "after recognizingLimit (35 s)" }).getByText("fires in 13.9 s").waitFor();
    await page.locator(".live-tree li.running", { hasText: "device/recognize" }).waitFor();

    // Steps, by keys and buttons.
    await page.keyboard.press("Shift+ArrowRight");
    await page.locator("[data-path=thinking][aria-current=step]").waitFor();
    assert.equal(await active(page).getAttribute("data-id"), "device.ready.replying.thinking");
    assert.equal(await page.locator(".chart-canvas .edge.last").getAttribute("data-id"), String(freeing));
    await page.getByRole("button", { name: "One record back" }).click();
    await page.locator("[data-path=recognizing][aria-current=step]").waitFor();

    // The slider, the log, and playing to the end.
    const slider = page.getByRole("slider", { name: "Time" });
    await slider.fill("0");
    await page.locator(".position strong", { hasText: "0.000 s" }).waitFor();
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText("1 / 180").or(page.getByText(/^\d+ \/ 180$/)).first().waitFor();
    await page.getByRole("combobox", { name: "Speed" }).selectOption("50");
    await page.getByRole("button", { name: "Unanswered events" }).click();
    await page.getByRole("button", { name: "Remove device.ready.recognizing.working" }).click();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("180 / 180").waitFor();
    await page.locator("[data-id='device.closed'].active").waitFor();

    // The picture, by its keys.
    await page.locator(".chart-canvas").focus();
    await page.keyboard.press("0");
    await page.locator(".chart-canvas.far").waitFor();
    for (let press = 0; press < 9; press++) await page.keyboard.press("+");
    await page.locator(".chart-canvas:not(.far)").waitFor();
    await page.getByRole("button", { name: "Follow the active state", pressed: false }).click();

    // A state, by its name and by the keyboard.
    await page.getByRole("combobox", { name: "State", exact: true }).selectOption("device.ready.vad");
    await page.locator(".state-details").getByText("Somebody speaks").waitFor();
    await page.locator(".node[data-id='device.ready.vad']").focus();
    await page.keyboard.press("ArrowUp");
    assert.notEqual(await page.locator(".node.selected").getAttribute("data-id"), "device.ready.vad");

    // A test of it.
    await page.getByLabel("Name of the test").fill("../stuck");
    assert.ok(await page.getByRole("button", { name: "Download the test" }).isDisabled());
    await page.getByLabel("Name of the test").fill("stuck_again");
    const saved = async (button: string) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
      return [download.suggestedFilename(), await Deno.readTextFile((await download.path())!)] as const;
    };
    const [testName, test] = await saved("Download the test");
    assert.equal(testName, "stuck_again_test.ts");
    assert.match(test, /Deno\.test\("the recorded session 'stuck again' takes the same path/);
    assert.deepEqual(await saved("Download the recording"), ["stuck_again.ndjson", text]);
    const [statelyName, stately] = await saved("Export for Stately");
    assert.equal(statelyName, "stuck_again.stately.ndjson");
    const [first] = stately.split("\n").map((each) => each === "" ? undefined : JSON.parse(each));
    assert.equal(JSON.parse(first.definition).id, "device");
    await page.getByText("deno task replay 'a recording.ndjson' --save-as-test stuck_again").waitFor();

    assert.deepEqual(sent, []);
    assert.deepEqual(problems, []);
  },
});

Deno.test({
  name: "files that are no good recordings are said to be so, with the line; what is strange in one is shown as text",
  ignore,
  async fn() {
    await using fx = await startConsole({ deps: { recording: (id) => id === idOf(1) ? lines : undefined } });
    fx.change({ deviceId: idOf(1) });
    await using browser = await startBrowser();
    const { page, problems } = await browser.page();
    await page.goto(`${fx.base}/console/replay`);
    const alert = page.getByRole("alert");
    const long = JSON.stringify({ seq: 0, t: 0, wall: 0, kind: "note", actor: "", type: "n", data: "x".repeat(10_000_000) });
    for (
      const [content, message] of [
        ["", "The recording is empty; expected a header line"],
        ["%PDF-1.7\n%binary", "Line 1 is no JSON"],
        [text.replace('"schema":1', '"schema":9'), "Line 1: the recording has version 9; this program reads versions up to 1"],
        [[...lines.slice(0, 3), "{broken", ...lines.slice(3)].join("\n"), "Line 4 is no JSON"],
        [[...lines.slice(0, 3), '{"seq":2}'].join("\n"), "Line 4, field 't': expected a whole number, found none"],
        [`${lines[0]}\n${long}\n`, `Line 2 has ${long.length} characters; at most 65536 belong to one record`],
        [lines.slice(1).join("\n"), "Line 1, field 'kind': expected 'header', found a text"],
      ] as const
    ) {
      await open(page, content);
      await alert.filter({ hasText: message }).waitFor();
    }

    await open(page, `${lines.slice(0, 60).join("\n")}\n${lines[60]!.slice(0, 40)}`);
    await page.getByText("The last line was cut off and is left out.").waitFor();
    await alert.waitFor({ state: "detached" });

    const strange = text.replaceAll("MIC_SILENT", JSON.stringify(ATTACK).slice(1, -1)).replaceAll(
      "session-1",
      JSON.stringify(ATTACK).slice(1, -1),
    )
      .replaceAll("device.ready.vad", "device.ready.<b>vad</b>").replace(/"hash":"\w+"/, '"hash":"0000"').replaceAll(
        "/persist",
        "/__proto__",
      );
    await open(page, strange, `${ATTACK}.ndjson`);
    await page.getByText("It was recorded with another version of the chart (0000; this is").waitFor();
    await page.getByText("The chart of this version lacks: device.ready.<b>vad</b>").waitFor();
    await page.getByRole("button", { name: "Unanswered events" }).click();
    await page.getByRole("button", { name: "Run to the next breakpoint" }).click();
    await page.locator(".last-record", { hasText: ATTACK }).waitFor();
    assert.equal(await active(page).getAttribute("data-id"), "device.ready.recognizing.working");
    assert.equal(await page.locator(".edge.last").count(), 0, "numbers of another chart's transitions mean nothing");
    await page.getByRole("combobox", { name: "Stop at an event…" }).selectOption(ATTACK);
    await page.getByRole("button", { name: "To the end" }).click();
    assert.equal(await page.title(), "Replay · Xiaozhi console");
    assert.equal(await page.locator("img[src=x]").count(), 0);

    // A file that is dropped anywhere, also where another one is open.
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([${JSON.stringify(text)}], "dropped.ndjson"));
      document.querySelector("h1").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }`);
    await page.getByText("dropped.ndjson", { exact: true }).waitFor();

    // A device of this server, and one of which nothing is recorded.
    await page.goto(`${fx.base}/console/devices/${encodeURIComponent(idOf(1))}`);
    await page.getByRole("link", { name: "Look at the recording" }).click();
    await page.getByText("180 records").waitFor();
    await page.getByRole("button", { name: "Open another" }).click();
    await page.getByRole("combobox", { name: "A device of this server" }).selectOption(idOf(1));
    await page.getByText("180 records").waitFor();
    await page.goto(`${fx.base}/console/replay?device=${encodeURIComponent(idOf(2))}`);
    await alert.filter({ hasText: "Nothing is recorded of this device" }).waitFor();
    assert.deepEqual(problems, []);
  },
});
