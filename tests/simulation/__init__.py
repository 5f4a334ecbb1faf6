"""The full stack under one scheduler: the phones' own TypeScript under Node, the real Flask app behind a pipe."""
