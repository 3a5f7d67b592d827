"""The whole send, timed beside what people write by hand. Run as `python -m benchmarks`."""
