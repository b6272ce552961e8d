// The tests of the page in Chromium: node tests/browser/run.js [--short] [--screenshots] [WORD...]
// WORDs choose tests by their names. --screenshots writes docs/screenshots/, too.

import { runTests } from "./runner.js";

import "./test_checks.js";
import "./test_removal.js";
import "./test_hostile.js";
import "./test_states.js";
import "./screenshots.js";

// Servers and browser end with this process, also by Ctrl-C.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const passed = await runTests(process.argv.slice(2).filter((word) => !word.startsWith("--")));
process.exit(passed ? 0 : 1);
