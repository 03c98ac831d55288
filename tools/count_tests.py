"""Prints what each test of a meson test log came to, then one line `PASSED FAILED`.

A test that could not run here is shown with its reason and counted as neither. A failed test's last lines of output follow its name. A log without any test counts as a failure.
"""
import json
import sys

passed = failed = 0
try:
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            if test["result"] in ("OK", "EXPECTEDFAIL"):
                passed += 1
                print(f"ok    {test['name']} ({test['duration']:.1f} s)")
                continue
            if test["result"] == "SKIP":  # neither passed nor failed; its last line says why
                print(f"skip  {test['name']}: {(test.get('stdout', '').splitlines() or ['no reason given'])[-1]}")
                continue
            failed += 1
            print(f"FAIL  {test['name']}: {test['result']}")
            output = (test.get("stdout", "") + test.get("stderr", "")).splitlines()
            for text in output[-40:]:
                print("      " + text)
except OSError as problem:
    print(f"FAIL  no tests ran: {problem}")
if passed + failed == 0:
    failed = 1
print(passed, failed)
