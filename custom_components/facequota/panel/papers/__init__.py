"""The papers for visitors and authorities, filled from the running configuration.

A notice for the wall, a draft of an impact assessment, a log of the processing and a
report. Their text is in <language>/*.html, one folder for each language. The facts of the
site that fill it come from facts.py.
"""
