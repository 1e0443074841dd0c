import { systemClock } from "../../../base/clock.ts";
import { kyselyOn } from "../../../services/database/kysely.ts";
import { migrateDatabase } from "../../../services/database/migrations/migrate.ts";
import { DATABASE_STEPS } from "../../../services/database/steps.ts";
import { type SyncSchema, tableCheckpoints } from "../../../services/sync/checkpoints.ts";
import { testDatabase } from "../../support/database.ts";
import { mariadbOfFile } from "../../support/mariadb.ts";
import { testCheckpoints } from "./checkpoints_contract.ts";

const { server, ignore } = mariadbOfFile();

testCheckpoints("MySQL", async () => {
  const database = await testDatabase(await server().createDatabase());
  await migrateDatabase(database, { steps: DATABASE_STEPS });
  const db = kyselyOn<SyncSchema>(database, []);
  const again = () => tableCheckpoints({ db, dialect: "mysql", prefix: database.prefix, sources: ["a", "b"], clock: systemClock() });
  return { checkpoints: again(), again, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}, ignore);
