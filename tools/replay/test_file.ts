/**
 * A recording as a regression test.
 *
 * @module
 */

import { join } from "node:path";
import { AppError } from "../../base/errors.ts";
import { isTestName, testText } from "../../services/recorder/test_text.ts";

export { RECORDINGS } from "../../services/recorder/test_text.ts";

/**
 * Writes `<name>.ndjson` and `<name>_test.ts`; returns their paths.
 *
 * @throws AppError with code `name_unusable` or `name_taken`.
 */
export async function saveAsTest(folder: string, name: string, recording: string): Promise<readonly string[]> {
  if (!isTestName(name)) {
    throw new AppError(`'${name}' cannot name a test; expected up to 64 small letters, digits and '_'`, { code: "name_unusable" });
  }
  const [data, test] = [join(folder, `${name}.ndjson`), join(folder, `${name}_test.ts`)];
  const created: string[] = [];
  try {
    for (const [path, text] of [[data, recording], [test, testText(name)]] as const) {
      await Deno.writeTextFile(path, text, { createNew: true });
      created.push(path);
    }
  } catch (error) {
    for (const path of created) await Deno.remove(path);
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new AppError(`There is a test '${name}' already in '${folder}'; expected a new name`, { code: "name_taken", cause: error });
  }
  return [data, test];
}
