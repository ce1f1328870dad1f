"""How pixels become a template, in a child process that never sees Home Assistant.

Nothing here imports Home Assistant. In its process the modules that are safe there
(engine, messages, fuse, supervisor, environment) are imported; the others load native
code and run in the child only, where this package is the top-level `recognition`.
"""
