"""The process that delivers the trail to later stages: `huey_consumer server.worker.huey`."""

from server import create_app

app = create_app()
huey = app.extensions["huey"]
