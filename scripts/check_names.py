"""Check that names in the code are plain: ``python scripts/check_names.py`` prints faults and two measures.

Four things are faults: a public class name that stands twice, a module with the name of a module of the
standard library, a function whose whole name is a participle or ``of``, and measures beyond their limits. Of
tests, benches, scripts and the JavaScript in ``assets/`` only the names of functions are checked.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUTSIDE = ("tests/", "bench/", "scripts/", "deploy/", "db/migrations/")
"""Folders whose names no other package imports: their classes and modules may be named freely."""
MIN_WORDS = 1.7
MAX_ONE_WORD = 0.5
IRREGULAR_PARTICIPLES = re.compile(
    "been|begun|bound|bought|brought|built|caught|chosen|come|cut|dealt|done|drawn|driven|fed|felt|flown|"
    "forgotten|found|given|gone|grown|heard|held|hidden|kept|known|laid|led|left|lent|lost|made|meant|met|paid|"
    "read|said|seen|sent|shown|shut|sold|spent|spoken|stood|stuck|sunk|taken|taught|thought|thrown|told|torn|"
    "understood|woken|won|worn|written"
)
REGULAR_PARTICIPLES = re.compile(r"(?!bed|feed|need|red|seed|speed|embed|proceed|shed)[a-z]+ed")
JAVASCRIPT_FUNCTION = re.compile(
    r"^[ \t]*(?:export |static |async |get |set )*(?:"
    r"function\*? (?P<function>\w+)|"
    r"(?:const|let) (?P<arrow>\w+) = (?:async )?(?:\w+|\([^()]*\)) =>|"
    r"#?(?P<method>\w+)\([^;\n]*\) \{$)",
    re.MULTILINE,
)
"""A declared function, a named arrow function or a method."""
ALLOWED = {"read": "a verb in the present tense, as in file.read()"}
"""Names that look like participles, with the reason why they are none."""


def main() -> int:
    files = list_files("*.py", ":!deploy/semgrep")  # those are cases of what is forbidden
    trees = {file: ast.parse((ROOT / file).read_text()) for file in files}
    ours = {file: tree for file, tree in trees.items() if not str(file).startswith(OUTSIDE)}
    scripts = list_files("assets/*.js")
    participles = [*find_participles(trees), *find_javascript_participles(scripts)]
    faults = [*find_repeated_classes(ours), *find_shadowing_modules(ours), *participles]
    one_word, words = measure(ours)
    if one_word >= MAX_ONE_WORD or words < MIN_WORDS:
        faults.append(
            f"public functions need {MIN_WORDS} words a name and less than {MAX_ONE_WORD:.0%} of one word"
        )
    print(*faults, f"words per public function name: {words:.2f}; of one word: {one_word:.1%}", sep="\n")
    return 1 if faults else 0


def list_files(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", *patterns]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [Path(line) for line in output.split()]


def find_repeated_classes(trees: dict[Path, ast.Module]) -> Iterator[str]:
    places = defaultdict(list)
    for file, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{file}:{node.lineno}")
    for name, where in places.items():
        if len(where) > 1:
            yield f"class {name} stands more than once: {', '.join(where)}"


def find_shadowing_modules(trees: dict[Path, ast.Module]) -> Iterator[str]:
    for file in trees:
        name = file.parent.name if file.name == "__init__.py" else file.stem
        if name in sys.stdlib_module_names and not name.startswith("__"):
            yield f"{file}: the standard library has a module of this name"


def find_participles(trees: dict[Path, ast.Module]) -> Iterator[str]:
    for file, tree in trees.items():
        for node in _functions(tree):
            if lacks_verb(node.name.strip("_")):
                yield f"{file}:{node.lineno}: the function {node.name} needs a verb"


def find_javascript_participles(files: list[Path]) -> Iterator[str]:
    for file in files:
        text = (ROOT / file).read_text()
        for match in JAVASCRIPT_FUNCTION.finditer(text):
            name = next(filter(None, match.groups()))
            if lacks_verb(name):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{file}:{line}: the function {name} needs a verb"


def lacks_verb(name: str) -> bool:
    participle = IRREGULAR_PARTICIPLES.fullmatch(name) or REGULAR_PARTICIPLES.fullmatch(name)
    return name == "of" or (bool(participle) and name not in ALLOWED)


def measure(trees: dict[Path, ast.Module]) -> tuple[float, float]:
    """Return which part of the public function names has one word, and the words of a name on average."""
    names = [
        node.name for tree in trees.values() for node in _functions(tree) if not node.name.startswith("_")
    ]
    counts = Counter(len(name.split("_")) for name in names)
    return counts[1] / len(names), sum(words * times for words, times in counts.items()) / len(names)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


if __name__ == "__main__":
    sys.exit(main())
