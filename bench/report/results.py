"""The rows that were measured, in a file that a later run goes on with: one JSON object a line.

A row has `key` (server, data and what was measured), `stamp` (machine and version of the server), and its figures, or
`failed`, the reason why there are none. A row counts as there when its stamp is that of now.
"""
import json
import os


def merge(rows, new):
    """`rows` with the rows of `new` in the place of those of the same key; the order of first appearance."""
    merged = {tuple(row["key"]): row for row in rows}
    for row in new:
        merged[tuple(row["key"])] = row
    return list(merged.values())


class Results:
    """The file of rows at `path`; it is written again after every row."""

    def __init__(self, path):
        self.path = path
        self.rows = []
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.rows = merge([], (json.loads(line) for line in file if line.strip()))

    def has(self, key, stamp, failed_too=True):
        """Whether the row is there, from this machine and version."""
        return any(tuple(row["key"]) == tuple(key) and row["stamp"] == stamp and (failed_too or "failed" not in row)
                   for row in self.rows)

    def add(self, row):
        """Puts a row in, or in the place of the one with its key, and saves all."""
        self.rows = merge(self.rows, [row])
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(each) + "\n" for each in self.rows)
        os.replace(self.path + ".new", self.path)
