"""`python -m benchmarks [GOAL…]`: measure these goals, or all; end with one line a goal.

`goal NAME RATIO TARGET met|short`, where a ratio of at least the target is met. Exits with 1 only if a goal
could not be measured: a slow machine or a missed goal is a finding, not a failure.
"""

import argparse
import importlib
import pkgutil
import signal
import sys
import traceback
from typing import cast

from benchmarks import goals


def load_goals() -> dict[str, goals.Goal]:
    """Every goal by its name, in the order of their files' names."""
    modules = [
        importlib.import_module(f"{goals.__name__}.{found.name}")
        for found in pkgutil.iter_modules(goals.__path__)
    ]
    found = [cast(goals.Goal, module) for module in modules]
    return {goal.NAME: goal for goal in found}


def measure(goal: goals.Goal) -> float | None:
    """Measure one goal and say what was seen; None if that was not possible."""
    print(f"== {goal.NAME}", flush=True)
    try:
        result = goal.measure()
    except Exception:
        traceback.print_exc()
        return None
    print("\n".join(result.lines), flush=True)
    return result.ratio


def verdict(goal: goals.Goal, ratio: float | None) -> str:
    """The line that other programs read."""
    state = "met" if ratio is not None and ratio >= goal.TARGET else "short"
    return f"goal {goal.NAME} {ratio or 0.0:.2f} {goal.TARGET:.2f} {state}"


def main() -> int:
    """Run the command line; its exit status."""
    known = load_goals()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("goal", nargs="*", help=f"one of: {', '.join(known)} (all if none is named)")
    names = parser.parse_args().goal or list(known)
    if unknown := set(names) - set(known):
        parser.error(f"no such goal: {', '.join(sorted(unknown))}")
    # As an exception, so that servers are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ratios = {name: measure(known[name]) for name in names}
    print()
    for name, ratio in ratios.items():
        print(verdict(known[name], ratio))
    return 1 if None in ratios.values() else 0


if __name__ == "__main__":
    sys.exit(main())
