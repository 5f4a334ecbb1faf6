"""What every stage stands on: configuration, database, errors, access, trail, jobs, blobs, keys, clock."""
