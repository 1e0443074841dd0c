import { testSeeded } from "./seeded.ts";

testSeeded(10_000);
