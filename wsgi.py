"""The app as a WSGI server finds it. A wrong checklist stops the start here, with file, line and what to do."""

from server import create_app
from server.rulebook.editions import shipped

app = create_app()
with app.app_context():
    shipped()
