// Runs alone: it measures how long the server takes to go.
import { drainWhileTalking } from "./drain.ts";

Deno.test("SIGTERM with a hundred devices talking: all turns are recorded, and the exit is in time with code 0", () =>
  drainWhileTalking(100));
