"""Evidence: bytes known by their hash. Resumable upload, download, previews, erasure that leaves a tombstone."""
