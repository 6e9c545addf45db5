import { expect, test } from "vitest";
import { countOf } from "./stages.js";

const failedFile = { status: "failed", assertionResults: [] };
const failedTest = { status: "failed", assertionResults: [{ status: "failed" }] };

test.each([
  { given: "all passed", report: { success: true, numPassedTests: 3 }, want: { passed: 3, failed: 0 } },
  {
    given: "one failed",
    report: { success: false, numPassedTests: 2, numFailedTests: 1, testResults: [failedTest] },
    want: { passed: 2, failed: 1 },
  },
  {
    given: "a file that could not be loaded",
    report: { success: false, numPassedTests: 2, testResults: [failedFile] },
    want: { passed: 2, failed: 1 },
  },
  {
    given: "an error outside any test",
    report: { success: false, numPassedTests: 2, testResults: [] },
    want: { passed: 2, failed: 1 },
  },
  { given: "no report", report: undefined, want: { passed: 0, failed: 1 } },
])("a test report with $given is counted as it is", ({ report, want }) => {
  expect(countOf(report)).toEqual(want);
});
