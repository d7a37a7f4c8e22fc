"""Whatever stands in the files of a workspace: it is read, or told about, and nothing breaks."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from duly.language.workspace import Outlets, live_files, read_workspace
from duly.resources import find
from duly.values.problem import render
from language_files import workspace

PACK = workspace(find("rules") / "coffee-box")
FILES = {
    name: data
    for name, data in PACK.items()
    if name.endswith(".yaml") or name in ("messages/welcome.md", "messages/your-invoice.md")
}
OUTLETS = Outlets(frozenset({"email", "sms"}), frozenset({"cards"}), True, {"outbox": {}})
SNIPPETS = (
    *(
        "",
        "{}",
        "[]",
        "no",
        "~",
        "[a, b]",
        "{a: {b: c}}",
        "- x",
        "*x",
        "&y z",
        "!!str q",
        "|",
        ">-",
    ),
    *("3 days", "2 hours", "10000 years", "5.00 RON", "0%", "2026-02-30", "99999999999999999999"),
    *("-1", "é", "\t", "\0", "\ufeff", "'", '"', "x: y: z", "${X}", "${}", "{{ x }}", "{% if %}"),
    *("chosen", "all", "each, up to 5", "latest within 400 weeks", "{first_of: []}", "[sms, sms]"),
    *("any_of", "formula: usage.x > 1", "segment: paused-unpaid", "{n:{n}}", "010", "RO"),
)

TEXT = st.sampled_from(SNIPPETS) | st.text(max_size=8)


@st.composite
def edits(draw: st.DrawFn) -> Mapping[str, bytes]:
    """Change some lines of one or two files as a careless hand would."""
    changed = dict(FILES)
    for name in draw(st.sets(st.sampled_from(sorted(FILES)), min_size=1, max_size=2)):
        lines = FILES[name].decode().split("\n")
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(lines) - 1))
            _edit(draw, lines, at)
        changed[name] = "\n".join(lines).encode("utf-8", "surrogatepass")
    return changed


def _edit(draw: st.DrawFn, lines: list[str], at: int) -> None:
    line = lines[at]
    column = draw(st.integers(0, len(line)))
    match draw(st.sampled_from(("value", "insert", "delete", "double", "indent", "swap", "cut"))):
        case "value":
            lines[at] = f"{line.partition(':')[0]}: {draw(TEXT)}"
        case "insert":
            lines[at] = line[:column] + draw(TEXT) + line[column:]
        case "delete":
            lines[at] = ""
        case "double":
            lines.insert(at, line)
        case "indent":
            lines[at] = " " * draw(st.integers(0, 10)) + line.lstrip()
        case "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        case "cut":
            lines[at] = line[:column]


@settings(max_examples=60, deadline=None)
@given(files=edits(), outlets=st.sampled_from((OUTLETS, None)))
def test_a_careless_edit_is_read_or_told_about(
    files: Mapping[str, bytes], outlets: Outlets | None
) -> None:
    reading = read_workspace(files, environment={"X": "1"}, outlets=outlets)

    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert (reading.ruleset is None) == bool(errors)
    for problem in reading.problems:
        told = render(problem, reading.files.get(problem.span.file, ()))
        assert problem.message
        assert problem.hint
        assert "\n" not in problem.message + problem.hint
        assert told.startswith(f"{problem.span.file}:{problem.span.line}:")
        lines = reading.files.get(problem.span.file, ())
        assert 1 <= problem.span.line <= max(1, len(lines))
    if reading.ruleset is not None:
        live = live_files(files)
        again = read_workspace(
            {name: text.encode() for name, text in live.items()}, environment={}, outlets=None
        )
        assert again.ruleset is not None
        assert again.ruleset.digest == reading.ruleset.digest


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)), data=st.binary(max_size=200) | st.text().map(str.encode)
)
def test_any_bytes_are_told_about(name: str, data: bytes) -> None:
    reading = read_workspace({**FILES, name: data}, environment={}, outlets=None)

    assert (reading.ruleset is None) == any(one.severity == "error" for one in reading.problems)
