import { testSeeded } from "./seeded.ts";

testSeeded(100_000);
