"""The arithmetic of the log: bytes and numbers in, bytes out; no framework, no rows, no clock.

Normative: docs/log-format.md. Checked by the published vectors in tests/vectors, which the
browser verifier and the Go auditor read too.
"""
