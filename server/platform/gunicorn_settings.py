"""How gunicorn serves the product; `--config python:server.platform.gunicorn_settings`.

Threads, because requests wait for the disk and for phones on slow networks; a second process, because the PDF and
draw pages compute. WEB_CONCURRENCY and SUICHA_THREADS change both, HOST and PORT the address, SUICHA_TLS_CERT and
SUICHA_TLS_KEY turn on TLS where no proxy in front does it.
"""

import os

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")
threads = int(os.environ.get("SUICHA_THREADS") or "8")
timeout = 120  # a photo over a weak network takes its time; gthread kills only workers whose loop stands still
graceful_timeout = 20
keepalive = 15
limit_request_line = 8190  # a pull's cursor stands in the address
certfile = os.environ.get("SUICHA_TLS_CERT") or None
keyfile = os.environ.get("SUICHA_TLS_KEY") or None
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
