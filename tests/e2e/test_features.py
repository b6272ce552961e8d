"""docs/features.md: what it says is provided has tests, marked with the number of its row."""
import ast
import glob
import os
import re

from server import ROOT


def rows():
    """number -> whether it is provided"""
    with open(os.path.join(ROOT, "docs", "features.md"), encoding="utf-8") as f:
        return {int(number): not here.startswith("not provided")
                for number, here in re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", f.read(), re.M)}


def marks():
    """number -> the tests that have it in their mark `feature`"""
    found = {}
    for path in glob.glob(os.path.join(ROOT, "tests", "**", "test_*.py"), recursive=True):
        with open(path, encoding="utf-8") as f:
            functions = [node for node in ast.parse(f.read()).body if isinstance(node, ast.FunctionDef)]
        for function in functions:
            for mark in function.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.feature":
                    for number in mark.args:
                        found.setdefault(ast.literal_eval(number), []).append(function.name)
    return found


def test_every_row_has_tests():
    known = rows()
    assert list(known) == list(range(1, 31))
    assert set(marks()) == {number for number, provided in known.items() if provided}
