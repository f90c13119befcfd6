"""How much of the machine we use, as ratios taken in one run: `python -m benchmarks [GOAL…]`."""
