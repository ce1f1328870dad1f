"""One visit (visit.py) and its parts: capture, accounts, visitors, the recognition worker."""
