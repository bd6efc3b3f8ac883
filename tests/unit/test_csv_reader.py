"""CSV files of any layout are read right, or refused in a sentence; Python's csv module is the judge."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from datasets.ingest.csv_file import read_csv, read_csv_text
from datasets.ingest.csv_layout import CsvOptions, judge_layout
from datasets.ingest.csv_quotes import QuoteFilter
from datasets.ingest.csv_rows import CsvRows
from datasets.ingest.read_result import BadFileError
from datasets.ingest.text_source import open_sample
from tests.unit.hypothesis_examples import with_examples

DELIMITERS = ",;\t|"
CELLS = st.text(st.sampled_from("ab1,;\t|\"'\n\r #é\\.="), max_size=6)
TEXTS = st.text(st.sampled_from('a1,;|"\n\r \\\t#='), max_size=30)
QUOTED = st.text(st.sampled_from('a"\n, \\'), max_size=30)


@st.composite
def draw_table(draw, cells=CELLS):
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6))


@st.composite
def draw_dialect(draw):
    return {
        "delimiter": draw(st.sampled_from(DELIMITERS)),
        "quoting": draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))),
        "lineterminator": draw(st.sampled_from(("\n", "\r\n", "\r"))),
    }


def write_table(rows, **dialect):
    """A table as Python writes it; its writer leaves line breaks without quotes that aren't its own."""
    if any({"\r", "\n"} & set(cell) for row in rows for cell in row):
        dialect["quoting"] = csv.QUOTE_ALL
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue()


def read_text(text, options=None):
    """The layout of a text, its cells as text (empty for missing ones), and what checked the quotes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(text.encode())
        sample, is_whole = open_sample(file)
        layout = judge_layout(file, sample, options or CsvOptions(), is_whole=is_whole, prefers_tabs=False)
        rows = CsvRows(file, layout)
        quotes = rows.make_filter()
        columns = [batch.to_pydict().values() for batch in rows.read_cells(quotes)]
    return (
        layout,
        [[cell or "" for cell in row] for part in columns for row in zip(*part, strict=True)],
        quotes,
    )


def read_by_python(text, layout):
    """The rows after the first line of the table."""
    rest = text.encode()[layout.first_byte :].decode()
    escape = "\\" if layout.escapes else None
    rows = csv.reader(
        io.StringIO(rest, newline=""), delimiter=layout.delimiter, strict=True, escapechar=escape
    )
    return [row or [""] for row in rows if row or len(layout.header) == 1]


def read_right_or_refuse(text):
    """The layout of a text, whose rows must be those that Python reads; None if it is refused."""
    try:
        layout, rows, quotes = read_text(text)
    except BadFileError:
        return None
    if not quotes.has_cuts:
        assert rows == read_by_python(text, layout)
    return layout


@given(draw_table(), draw_dialect(), st.booleans())
@with_examples(200)
def test_a_table_comes_back_as_it_was_written(table, dialect, has_header):
    text = write_table(table, **dialect)
    layout, rows, _ = read_text(text, CsvOptions(dialect["delimiter"], has_header, 0))
    assert ([layout.header, *rows] if has_header else rows) == table


@given(draw_table(), draw_dialect())
@with_examples(200)
def test_whatever_is_judged_no_row_disappears(table, dialect):
    layout = read_right_or_refuse(write_table(table, **dialect))
    if layout is None:
        return
    skipped = [notice for notice in layout.notices if "skipped" in notice]
    assert layout.first_byte == 0 or skipped or any("taken for names" in notice for notice in layout.notices)


@given(TEXTS)
@with_examples(500)
@example('a,b\n1,"x"y\n')
@example("a\r\r\nb")
def test_any_text_is_read_right_or_refused(text):
    read_right_or_refuse(text)


@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda rest: b"\xff\xfe" + rest))
@with_examples(200)
def test_any_bytes_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(content)
        try:
            result = read_csv(file, lambda *_: None, CsvOptions())
        except BadFileError:
            return
        assert sum(batch.num_rows for batch in result.read_batches()) == result.row_count
        assert sum(batch.num_rows for batch in read_csv_text(file, CsvOptions())) == result.row_count


def filter_pieces(text, size, escapes):
    """What the filter makes of a text in pieces, or says of it: one fault of several if there are escapes."""
    quotes = QuoteFilter(Path("x.csv"), ",", escapes=escapes)
    try:
        pieces = [quotes.filter_block(text[i : i + size]) for i in range(0, len(text), size)]
        return b"".join([*pieces, quotes.finish_text()]), quotes.line_breaks, quotes.line_count
    except BadFileError as error:
        return "refused" if escapes else str(error)


@given(QUOTED.map(str.encode), st.integers(1, 9), st.booleans())
@with_examples(500)
def test_quotes_mean_the_same_wherever_a_block_ends(text, size, escapes):
    assert filter_pieces(text, size, escapes) == filter_pieces(text, len(text) + 1, escapes)
