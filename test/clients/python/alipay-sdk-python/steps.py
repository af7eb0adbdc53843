"""One line a step, and a count of them."""

import json
import sys


class Steps:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def equal(self, step, got, expected):
        g, e = (json.dumps(value, ensure_ascii=False, sort_keys=True) for value in (got, expected))
        if g == e:
            self.passed += 1
            print(f"ok {step}", flush=True)
            return True
        self.failed += 1
        print(f"not ok {step}: got {g}, expected {e}", flush=True)
        return False

    def needs(self, step, work):
        """A step that the rest cannot do without: what it raises ends the program."""
        try:
            result = work()
        except Exception as error:
            self.equal(step, f"{type(error).__name__}: {error}", "done")
            self.end()
        self.equal(step, "done", "done")
        return result

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)
