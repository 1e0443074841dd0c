/**
 * The data folders of database servers in tests.
 *
 * Making one takes a second or more, copying one a few hundredths: so one is made for each program, kept among the caches in node_modules,
 * and copied for each server.
 *
 * @module
 */

/** Where a server keeps its data. Disposing of it removes all. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
  /** The options of the server that name it. */
  readonly args: readonly string[];
}

const CACHE = new URL("../../node_modules/.cache/xiaozhi-tests", import.meta.url).pathname;

/**
 * Makes the folder, in memory where there is room for the 20 MB of a server and much more: a container has 64 MB there by default. A program
 * does it, because Deno opens nothing below /dev.
 */
const MAKE = `set -eu
prepared=$1 parent=$2
if [ -z "$parent" ]; then
  parent=\${TMPDIR:-/tmp}
  room=$(df -kP /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ "\${room:-0}" -lt 1048576 ] || [ ! -w /dev/shm ] || parent=/dev/shm
fi
folder=$(mktemp -d "$parent/xiaozhi-test-XXXXXXXX")
mkdir "$folder/tmp"
[ -z "$prepared" ] || cp -r "$prepared" "$folder/data"
echo "$folder"`;

/** Makes the data folder of a server that never ran, below `parent` or in memory. */
export async function dataFolder(program: string, parent = ""): Promise<DataFolder> {
  return await copyOf(await preparedData(program), parent);
}

async function copyOf(prepared: string, parent: string): Promise<DataFolder> {
  const path = (await output("sh", ["-c", MAKE, "sh", prepared, parent])).trim();
  return {
    path,
    // The server would put temporary tables into the machine's folder, where those of another server may have the same names.
    args: [`--datadir=${path}/data`, `--tmpdir=${path}/tmp`],
    [Symbol.asyncDispose]: async () => void await output("rm", ["-rf", path]),
  };
}

async function preparedData(program: string): Promise<string> {
  const { size, mtime } = await Deno.stat(program);
  // Another version of the program has another size or date.
  const prepared = `${CACHE}/${program.split("/").at(-1)}-${size}-${mtime?.getTime()}`;
  if (await isFolder(prepared)) return prepared;
  await Deno.mkdir(CACHE, { recursive: true });
  await using folder = await copyOf("", "");
  await install(program, folder);
  const own = await Deno.makeTempDir({ dir: CACHE });
  await output("cp", ["-r", `${folder.path}/data/.`, own]);
  try {
    await Deno.rename(own, prepared);
  } catch (error) {
    await Deno.remove(own, { recursive: true });
    // Another process was first.
    if (!await isFolder(prepared)) throw error;
  }
  return prepared;
}

async function install(program: string, { path, args }: DataFolder): Promise<void> {
  const small = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M"];
  const env = { TMPDIR: `${path}/tmp` };
  if (program.endsWith("mariadbd")) {
    const rights = ["--auth-root-authentication-method=normal", "--skip-test-db"];
    await output("mariadb-install-db", ["--no-defaults", ...asRoot(), ...args, ...rights, ...small], env);
  } else {
    await output(program, ["--no-defaults", ...asRoot(), ...args, "--initialize-insecure"], env);
  }
}

/** Both programs refuse to run as root unless told so by name. */
export function asRoot(): string[] {
  return Deno.uid() === 0 ? ["--user=root"] : [];
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

async function output(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], env, stdin: "null" }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Cannot prepare a database server with ${program}:\n${said}${complained}`);
  return said ?? "";
}
