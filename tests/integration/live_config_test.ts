import assert from "node:assert/strict";
import { startServer } from "../support/server_process.ts";

Deno.test("a server that is no terminal's reads its file again on SIGHUP and when it is replaced, and goes on", async () => {
  const dataDir = `data/test-${crypto.randomUUID()}`;
  await Deno.mkdir(dataDir, { recursive: true });
  const file = `${dataDir}/config.yaml`;
  await Deno.writeTextFile(file, "features: {fillers: true}\n");
  try {
    await using server = await startServer({ dataDir, env: { XIAOZHI_CONFIG: file } });
    const flag = async (name: string) => {
      const { items } = await (await fetch(`${server.url}/api/flags`)).json();
      return items.find((each: { name: string }) => each.name === name).value;
    };
    await Deno.writeTextFile(`${file}.tmp`, "features: {fillers: {percent: 10}}\n");
    await Deno.rename(`${file}.tmp`, file);
    await server.until(/Configuration changed by[^]*"via":"file"/);
    assert.deepEqual(await flag("fillers"), { percent: 10 });
    await Deno.writeTextFile(file, "features: {fillers: maybe}\n");
    await server.until(/The configuration stays as it was[^]*config\.yaml:1/);
    assert.deepEqual(await flag("fillers"), { percent: 10 });
    server.signal("SIGHUP");
    await server.until(/The configuration stays as it was[^]*"by":"SIGHUP"/);
    assert.deepEqual((await server.stop("SIGTERM")).code, 0);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a server whose output nobody reads any more goes on and ends in good order", async () => {
  const dataDir = `data/test-${crypto.randomUUID()}`;
  await Deno.mkdir(dataDir, { recursive: true });
  try {
    const env = {
      XIAOZHI_DATA_DIR: dataDir,
      XIAOZHI_SERVER_HOST: "127.0.0.1",
      XIAOZHI_SERVER_PORT: "0",
      XIAOZHI_LOG_LEVEL: "trace",
      PATH: Deno.env.get("PATH") ?? "",
    };
    const args = ["run", "--quiet", "--no-prompt", "-P=serve", "main.ts"];
    const child = new Deno.Command(Deno.execPath(), { args, clearEnv: true, env, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    const reader = child.stdout.getReader();
    let text = "";
    while (!/Ctrl\+C/.test(text)) {
      const { value, done } = await reader.read();
      assert.ok(!done, text);
      text += new TextDecoder().decode(value);
    }
    await reader.cancel();
    const url = `http://127.0.0.1:${/localhost:(\d+)\//.exec(text)?.[1]}`;
    for (let i = 0; i < 20; i++) {
      const headers = { "device-id": "aa:bb:cc:dd:ee:01", "client-id": "c" };
      const response = await fetch(`${url}/xiaozhi/ota/`, { method: "POST", headers, body: "{}" });
      await response.body?.cancel();
      assert.equal(response.status, 200);
    }
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("health, metrics and alerts stop when their flag is turned off and start when it is turned on, while the server runs", async () => {
  await using server = await startServer();
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, text: await response.text() };
  };
  const set = async (value: boolean) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ health: value, metrics: value, alerts: value });
    const response = await fetch(`${server.url}/api/flags`, { method: "PATCH", headers, body });
    const { needRestart } = await response.json();
    assert.deepEqual([response.status, needRestart], [200, []]);
  };
  const until = async (path: string, wanted: (answer: { readonly status: number; readonly text: string }) => boolean) => {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const answer = await get(path);
      if (wanted(answer)) return answer;
      assert.ok(performance.now() < deadline, `${path}: ${answer.status} ${answer.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const checks = ({ text }: { readonly text: string }) => Object.keys(JSON.parse(text).services ?? {}).length;
  const runs = ({ text }: { readonly text: string }) => JSON.parse(text).enabled === true;
  const accepts = ({ text }: { readonly text: string }) =>
    /^xz_turns_total/m.test(text) && /^xz_eventloop_delay_seconds_count [1-9]/m.test(text);
  await until("/health/detailed", (answer) => checks(answer) > 3);
  await until("/api/alerts", runs);
  await until("/metrics", accepts);
  await set(false);
  assert.deepEqual((await get("/metrics")).status, 404);
  await until("/health/detailed", (answer) => checks(answer) === 0);
  await until("/api/alerts", (answer) => !runs(answer));
  await until("/readyz", ({ status }) => status === 200);
  await set(true);
  await until("/health/detailed", (answer) => checks(answer) > 3);
  await until("/api/alerts", runs);
  await until("/metrics", accepts);
  assert.equal((await server.stop("SIGTERM")).code, 0);
});
