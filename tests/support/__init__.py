"""What tests and benchmarks stand on: real servers, started and stopped for them."""
