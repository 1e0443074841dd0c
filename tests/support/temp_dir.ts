/**
 * A folder that lasts as long as the test.
 *
 * @module
 */

/** An empty folder, removed with all it holds on disposal. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** A path below the folder. */
  join(...parts: string[]): string;
}

/** Makes a folder: `await using dir = tempDir()`. */
export function tempDir(): TempDir {
  const path = Deno.makeTempDirSync({ prefix: "xiaozhi-test-" });
  return {
    path,
    join: (...parts) => [path, ...parts].join("/"),
    [Symbol.asyncDispose]: async () => {
      try {
        await Deno.remove(path, { recursive: true });
      } catch (error) {
        // A test may remove the folder itself: that is what some of them are about.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}
