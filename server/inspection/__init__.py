"""Inspection: the journal on the server, and its synchronisation with the phones."""
