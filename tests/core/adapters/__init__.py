"""One module per folder of tests/vectors: `run(given)` answers what `expect` says, or raises `Refused`."""
