"""一单两库: the inspection items, the subjects, the inspectors; read over HTTP, brought in from Excel."""
