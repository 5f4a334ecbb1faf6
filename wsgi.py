"""The app as a WSGI server finds it."""

from server import create_app

app = create_app()
