"""Uploads a file with tuspy: `tus_py_upload.py '{"endpoint", "file", …}'`. A process of its own: it leaves files
open."""

import json
import sys

from tusclient.client import TusClient

told = json.loads(sys.argv[1])
client = TusClient(told["endpoint"], headers=told["headers"])
client.uploader(told["file"], chunk_size=told["chunk"], metadata=told["metadata"], retries=200, retry_delay=0).upload()
