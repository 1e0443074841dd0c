import assert from "node:assert/strict";
import { baseUrls, lanAddresses, otaUrl, socketUrl } from "../../routes/addresses.ts";

const v4 = (name: string, address: string) => ({ family: "IPv4", name, address }) as const;

Deno.test("LAN addresses leave out this machine, containers and IPv6, and put what a home router gives out first", () => {
  const interfaces = [
    v4("lo", "127.0.0.1"),
    v4("docker0", "172.17.0.1"),
    v4("veth12", "172.18.0.1"),
    v4("eth1", "203.0.113.9"),
    v4("eth2", "172.20.1.2"),
    v4("en0", "10.0.0.7"),
    v4("wlan0", "192.168.1.5"),
    v4("eth3", "169.254.3.4"),
    { family: "IPv6", name: "eth0", address: "fd00::2" } as const,
  ];
  assert.deepEqual(lanAddresses(() => interfaces), ["192.168.1.5", "10.0.0.7", "172.20.1.2", "203.0.113.9"]);
});

Deno.test("a machine that may not be asked has no addresses", () => {
  assert.deepEqual(
    lanAddresses(() => {
      throw new Deno.errors.NotCapable("sys");
    }),
    [],
  );
});

Deno.test("this machine can be asked", () => {
  assert.ok(lanAddresses().every((address) => /^\d+(\.\d+){3}$/.test(address)));
});

Deno.test("printed addresses: the public one, else the LAN's, else this machine's, else the one listened on", () => {
  const lan = ["192.168.1.5", "10.0.0.7"];
  assert.deepEqual(baseUrls({ publicUrl: "https://voice.example.org/", host: "0.0.0.0", port: 8000 }, lan), ["https://voice.example.org"]);
  assert.deepEqual(baseUrls({ publicUrl: "", host: "0.0.0.0", port: 8000 }, lan), ["http://192.168.1.5:8000", "http://10.0.0.7:8000"]);
  assert.deepEqual(baseUrls({ publicUrl: "", host: "::", port: 8000 }, []), ["http://localhost:8000"]);
  assert.deepEqual(baseUrls({ publicUrl: "", host: "127.0.0.1", port: 1 }, lan), ["http://127.0.0.1:1"]);
  assert.deepEqual(baseUrls({ publicUrl: "", host: "::1", port: 1 }, lan), ["http://[::1]:1"]);
});

Deno.test("addresses below a base", () => {
  assert.equal(otaUrl("http://192.168.1.5:8000"), "http://192.168.1.5:8000/xiaozhi/ota/");
  assert.equal(socketUrl("http://192.168.1.5:8000"), "ws://192.168.1.5:8000/xiaozhi/v1/");
  assert.equal(socketUrl("http://192.168.1.5:8000", 8001), "ws://192.168.1.5:8001/xiaozhi/v1/");
  assert.equal(socketUrl("https://voice.example.org/home", 8001), "wss://voice.example.org/home/xiaozhi/v1/");
});
