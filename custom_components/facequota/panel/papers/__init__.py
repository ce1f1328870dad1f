"""The papers a manager owes to visitors and authorities, made of what runs.

A notice for the wall, a draft of an impact assessment and a log of the processing. What
they say of this site (facts.py) comes from the running configuration and its figures;
how they say it lies in a template for each language beside the code.
"""
