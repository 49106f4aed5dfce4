"""Every write that adapters let be sent twice without a key is listed here, and says why.

A POST makes something new unless the vendor says otherwise, so each `repeatable=True` is a claim
about that vendor. A new one fails here until its reason stands beside it and its name below.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

import crossborder.adapters

ROOT = Path(crossborder.adapters.__file__).parent

LISTED = frozenset(
    {
        # Reads that go out by POST.
        ("alibaba1688/__init__.py", "_post"),
        ("memory/buying.py", "purchases.preview"),
        ("memory/moving.py", "quotes"),
        ("memory/moving.py", "tracking.query"),
        ("shopify/asking.py", "ask"),
        ("track17/__init__.py", "_asked"),
        # Tokens: asked for twice, one of them is not used.
        ("alibaba1688/sign.py", "token.renew"),
        ("amazon/sign.py", "token.renew"),
        ("memory/sign.py", "token"),
        ("yunexpress/sign.py", "token.create"),
        # Writes that set a state.
        ("memory/selling.py", "listings.delist"),
        ("memory/buying.py", "purchases.pay"),
        ("memory/moving.py", "tracking.register"),
        ("shopify/publishing.py", "products.expose"),
        ("shopify/publishing.py", "products.mark"),
        ("shopify/publishing.py", "products.set"),
        ("shopify/publishing.py", "products.status"),
        # Writes whose repeat the vendor knows by an id of ours.
        ("memory/paying.py", "payments.capture"),
        ("memory/paying.py", "payments.pay"),
        ("memory/paying.py", "payments.refund"),
        ("memory/moving.py", "shipments.book"),
        ("memory/__init__.py", "tickets.reply"),
        ("stripe/__init__.py", "_post"),
        ("track17/rules.py", "_EACH"),
    }
)


@frozen
class Claim:
    """One place where a call or a policy says that it may be repeated.

    Attributes:
        name: the operation, else the function or the table it stands in.
        reason: the comment beside it or just above it, or empty.
    """

    name: str
    reason: str


def claims(source: str) -> Iterator[Claim]:
    """Every claim in a module; not one that hands on its caller's, nor one with a key."""
    tree = ast.parse(source)
    beside = _comments(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        value = given.get("repeatable", _positional(call))
        if value is None or _says_no(value) or not _says_no(given.get("keyed")):
            continue
        around = [call, *_around(call, parents)]
        function = next((node for node in around if isinstance(node, ast.FunctionDef)), None)
        if function is not None and _handed_on(value, function):
            continue
        statement = next(node for node in around if isinstance(node, ast.stmt))
        lines = {value.lineno, call.lineno, statement.lineno, *_assigned(value, function)}
        reason = next(filter(None, (_reason(line, beside) for line in sorted(lines))), "")
        yield Claim(_name(call, function or statement), reason)


def _comments(source: str) -> Mapping[int, tuple[str, bool]]:
    """The comment of each line, and whether it has the line for itself."""
    lines = source.splitlines()
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: (token.string, lines[token.start[0] - 1].strip().startswith("#"))
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _reason(line: int, beside: Mapping[int, tuple[str, bool]]) -> str:
    """The comment on the line, else the block of comments that ends just above it."""
    if line in beside:
        return beside[line][0]
    block: list[str] = []
    while (above := beside.get(line - 1)) is not None and above[1]:
        block.insert(0, above[0])
        line -= 1
    return " ".join(block)


def _positional(call: ast.Call) -> ast.expr | None:
    """The second value of a policy that is given without its name."""
    is_policy = isinstance(call.func, ast.Name) and call.func.id == "Policy"
    return call.args[1] if is_policy and len(call.args) > 1 else None


def _says_no(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and not value.value)


def _around(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while (node := parents.get(node, node)) in parents:
        yield node


def _handed_on(value: ast.expr, function: ast.FunctionDef) -> bool:
    names = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
    return isinstance(value, ast.Name) and value.id in names


def _assigned(value: ast.expr, function: ast.FunctionDef | None) -> Iterator[int]:
    """Where a name that is given gets its value."""
    for node in ast.walk(function) if function is not None else ():
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if any(ast.unparse(one) == ast.unparse(value) for one in targets):
            yield from (one.lineno for one in targets)


def _name(call: ast.Call, around: ast.AST) -> str:
    texts = (one.value for one in call.args if isinstance(one, ast.Constant))
    stated = next((text for text in texts if isinstance(text, str)), None)
    if stated is not None:
        return stated
    if isinstance(around, ast.FunctionDef):
        return around.name
    return ast.unparse(around.targets[0]) if isinstance(around, ast.Assign) else "?"


def all_claims() -> list[tuple[str, Claim]]:
    return [
        (path.relative_to(ROOT).as_posix(), claim)
        for path in sorted(ROOT.rglob("*.py"))
        for claim in claims(path.read_text("utf-8"))
    ]


def test_repeatable_posts_are_listed() -> None:
    found = [(where, claim.name) for where, claim in all_claims()]
    assert sorted(found) == sorted(LISTED)


def test_every_repeatable_post_states_its_reason() -> None:
    bare = [(where, claim.name) for where, claim in all_claims() if len(claim.reason.split()) < 4]
    assert bare == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("desk.post('a', repeatable=True)", [Claim("a", "")]),
        ("desk.post('a', repeatable=True)  # it only reads", [Claim("a", "# it only reads")]),
        ("# it only\n# reads\ndesk.post('a', repeatable=True)", [Claim("a", "# it only # reads")]),
        ("# far\n\ndesk.post('a', repeatable=True)", [Claim("a", "")]),
        ("x = '# no'\ndesk.post('a', repeatable=True)", [Claim("a", "")]),
        ("y = 1  # of y\ndesk.post('a', repeatable=True)", [Claim("a", "")]),
        ("LIMIT = Policy(None, True)", [Claim("LIMIT", "")]),
        ("LIMIT = Policy(None)", []),
        ("desk.post('a', repeatable=None)", []),
        ("desk.post('a', repeatable=True, keyed=put)", []),
        ("def f(repeatable):\n    desk.post('a', repeatable=repeatable)", []),
        (
            "def f(step):\n    # reads\n    again = not step\n    desk.post(o, repeatable=again)",
            [Claim("f", "# reads")],
        ),
    ],
)
def test_a_claim_is_found_with_its_reason(source: str, expected: list[Claim]) -> None:
    assert list(claims(source)) == expected
