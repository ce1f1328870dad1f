"""One quota for several Home Assistants, on a Valkey or Redis server.

The server decides who was first; every instance searches in its own memory. This package
imports nothing of Home Assistant, and of quota/ only quota/protocol.py.
"""
