import assert from "node:assert/strict";
import { testDatabase } from "../../support/database.ts";
import { startMariadb } from "../../support/mariadb.ts";
import { needs } from "../../support/programs.ts";
import { tempDir } from "../../support/temp_dir.ts";

const openssl = needs("openssl");
const ignore = openssl.ignore || needs("mariadbd").ignore;

/** A certificate authority and a certificate of it for localhost alone. */
async function certificates(folder: string): Promise<void> {
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command(openssl.path, { args, cwd: folder, stderr: "piped", stdout: "null" }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  for (const name of ["ca", "stranger"]) {
    await run("req", "-x509", ...key, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`);
  }
  await run("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  await Deno.writeTextFile(`${folder}/names`, "subjectAltName=DNS:localhost\n");
  await run(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-extfile",
    "names",
    "-out",
    "server.pem",
  );
}

Deno.test({
  name: "encryption is off, on, or on with a certificate that is valid for the host, as was asked for",
  ignore,
  fn: async () => {
    await using dir = tempDir();
    await certificates(dir.path);
    await using server = await startMariadb({ args: [`--ssl-cert=${dir.join("server.pem")}`, `--ssl-key=${dir.join("server.key")}`] });
    const cipher = async (host: string, config: NonNullable<Parameters<typeof testDatabase>[1]>["config"]) => {
      await using database = await testDatabase({ ...server.options, host }, { config: config ?? {} });
      const [row] = await database.use((session) => session.rows("SHOW STATUS LIKE 'Ssl_cipher'"));
      return row?.Value !== "";
    };
    const ca = dir.join("ca.pem");
    assert.equal(await cipher("127.0.0.1", { tls: "off" }), false);
    assert.equal(await cipher("127.0.0.1", { tls: "required" }), true);
    assert.equal(await cipher("localhost", { tls: "verify", tlsCaFile: ca }), true);
    const refused = { code: "history_unreachable", message: /has no certificate that is valid here; see database\.tls/ };
    await assert.rejects(cipher("localhost", { tls: "verify", tlsCaFile: dir.join("stranger.pem") }), refused);
    await assert.rejects(cipher("localhost", { tls: "verify" }), refused);
    await assert.rejects(cipher("127.0.0.1", { tls: "verify", tlsCaFile: ca }), { code: "database_tls", message: /expected a host name/ });
    await assert.rejects(cipher("localhost", { tls: "verify", tlsCaFile: dir.join("none.pem") }), {
      code: "database_ca",
      message: /none\.pem/,
    });
  },
});

Deno.test({
  name: "a server without encryption is refused where it is asked for",
  ignore,
  fn: async () => {
    await using server = await startMariadb({ args: ["--skip-ssl"] });
    await using database = await testDatabase(server.options, { config: { tls: "required" } });
    await assert.rejects(database.ping(), { code: "history_unreachable", message: /does not offer TLS; see database\.tls/ });
  },
});
