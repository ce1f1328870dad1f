"""One quota for several Home Assistants, on a Valkey or Redis server: no Home Assistant.

The server arbitrates, every instance searches by itself. Nothing in this package knows a
camera or a motor; of quota/ it knows what quota/protocol.py says.
"""
