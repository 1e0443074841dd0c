import { join } from "node:path";
import { systemClock } from "../../../base/clock.ts";
import { SqliteFile } from "../../../services/history/database.ts";
import { migrate } from "../../../services/history/migrations.ts";
import { queryBuilder } from "../../../services/history/queries.ts";
import { type SyncSchema, tableCheckpoints } from "../../../services/sync/checkpoints.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { testCheckpoints } from "./checkpoints_contract.ts";

testCheckpoints("SQLite", () => {
  const dir = tempDir();
  const clock = systemClock();
  const file = new SqliteFile(join(dir.path, "history.db"));
  migrate(file, clock);
  const db = queryBuilder<SyncSchema>(file);
  const again = () => tableCheckpoints({ db, dialect: "sqlite", sources: ["a", "b"], clock });
  return Promise.resolve({
    checkpoints: again(),
    again,
    [Symbol.asyncDispose]: async () => {
      file[Symbol.dispose]();
      await dir[Symbol.asyncDispose]();
    },
  });
});
