"""The part list to print and take along, from the tables of the guide."""

from html import escape
import re

HEAD = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Parts of a paper dispenser</title>
    <style>
      body { font: 15px/1.4 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
      th, td { border-bottom: 1px solid #bbb; padding: .35rem .5rem; text-align: left; vertical-align: top; }
      td:first-child { width: 1.5rem; }
    </style>
  </head>
  <body>
    <h1>Parts of a paper dispenser</h1>
"""
FOOT = "  </body>\n</html>\n"
LISTS = ["Quick start", "Parts", "Options"]


def draw(guide: str) -> str:
    """Return the list as a page; `guide` is docs/firmware.md."""
    return HEAD + "".join(_table(title, guide) for title in LISTS) + FOOT


def _table(title: str, guide: str) -> str:
    """Return the first table under a heading, a box to tick before each row."""
    text = guide.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]
    found = re.search(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert found is not None
    head, _, *rows = [
        [_plain(cell) for cell in line.strip("|").split("|")]
        for line in found[0].splitlines()
    ]
    cells = ["<td>☐</td>" + "".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    columns = "<th></th>" + "".join(f"<th>{cell}</th>" for cell in head)
    lines = [f"    <h2>{title}</h2>", "    <table>", f"      <tr>{columns}</tr>"]
    lines += [f"      <tr>{row}</tr>" for row in cells]
    return "\n".join([*lines, "    </table>", ""])


def _plain(cell: str) -> str:
    """Return a cell of Markdown as HTML."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", cell.strip())
    return re.sub(r"[*`]", "", escape(text, quote=False))
