"""The values to which a JSONPath leads, found within bounds: neither an answer nor a filter is to be trusted."""

from collections.abc import Iterable, Mapping
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathMatch
from jsonpath.filter import (
    TRUE,
    BaseExpression,
    FilterExpression,
    FilterQuery,
    PrefixExpression,
    RelativeFilterQuery,
    walk,
)
from jsonpath.function_extensions import Match
from jsonpath.selectors import Filter

from arena.files.reading.json_paths import parse
from arena.grading.patterns import Budget

#: Values found on the way: more are no answer to check, but an attempt to fill the memory.
MOST_VALUES = 1_000_000


def select(text: str, value: Any, budget: Budget) -> list[Any]:
    """Return the values to which a path leads, in order; none where it leads nowhere.

    Args:
        text: the path.
        value: plain JSON.
        budget: the time that the search may take.

    Raises:
        BadPath: the text is no path.
        ValueError: it leads to more than MOST_VALUES values on the way.
        TimeoutError: it takes too long.

    >>> select("$.items[*].sku", {"items": [{"sku": "A"}, {"sku": "B"}]}, Budget())
    ['A', 'B']
    >>> select("$..[?@.price < 2]", {"a": {"price": 1}, "b": [{"price": 2}]}, Budget())
    [{'price': 1}]
    """
    path = _counted(parse(text, _Environment(budget)))
    return [node.obj for node in path.finditer(value, filter_context={"search": _Search(value, budget)})]


class _Search:
    """What all queries of one search share: the document that `$` means, and what it has cost."""

    def __init__(self, document: Any, budget: Budget) -> None:
        self.document = document
        self._budget = budget
        self._found = 0

    def count(self) -> None:
        self._found += 1
        if self._found > MOST_VALUES:
            raise ValueError(f"the path leads to more than {MOST_VALUES:,} values")
        if self._found % 256 == 0:
            self._budget.left()


class _Node(JSONPathMatch):
    """A value that was found. It is counted, and forgets its way, which in a deep document is longer than itself."""

    __slots__ = ()

    def new_child(self, obj: object, key: int | str) -> JSONPathMatch:
        self.filter_context()["search"].count()
        return _node(obj, self.filter_context())

    def add_child(self, *children: JSONPathMatch) -> None:
        """Forget the child too."""


def _node(value: object, context: Mapping[str, Any]) -> _Node:
    document = context["search"].document
    return _Node(filter_context=context, obj=value, parent=None, path="", parts=(), root=document)


class _Path(JSONPath):
    """A path whose values are counted."""

    __slots__ = ()

    def finditer(self, data: Any, *, filter_context: Mapping[str, Any] | None = None) -> Iterable[JSONPathMatch]:
        nodes: Iterable[JSONPathMatch] = [_node(data, filter_context or {})]
        for segment in self.segments:
            nodes = segment.resolve(nodes)
        return nodes


def _counted(path: JSONPath) -> _Path:
    """Return a path that counts what it finds, and what the queries inside its filters find."""
    filters = [each for segment in path.segments for each in segment.selectors if isinstance(each, Filter)]
    for expression in (part for each in filters for part in walk(each.expression)):
        if isinstance(expression, FilterQuery):
            expression.path = _Path(env=path.env, segments=expression.path.segments)
        elif isinstance(expression, FilterExpression | PrefixExpression) or getattr(expression, "logical", False):
            expression.set_children([_test(child) for child in expression.children()])
    return _Path(env=path.env, segments=path.segments)


def _test(expression: BaseExpression) -> BaseExpression:
    """Return a test of a filter; that the value itself exists is true even where the value is false or 0."""
    bare = isinstance(expression, RelativeFilterQuery) and expression.path.empty()
    return TRUE if bare else expression


class _Environment(JSONPathEnvironment):
    """RFC 9535 to the letter, with comparisons and patterns that keep to a budget."""

    max_recursion_depth = 1_000_000  # Python's own is met before

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        super().__init__(strict=True)

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name, whole in (("match", True), ("search", False)):
            self.function_extensions[name] = _PatternFunction(self._budget, whole=whole)

    def getitem(self, obj: Any, key: Any) -> Any:
        return () if isinstance(obj, str) else super().getitem(obj, key)  # a text has no slice

    def compare(self, left: object, operator: str, right: object) -> bool:
        self._budget.left()
        return super().compare(left, operator, right)


class _PatternFunction(Match):
    """`match` or `search`, which keeps to a budget."""

    def __init__(self, budget: Budget, *, whole: bool) -> None:
        super().__init__()
        self._budget = budget
        self._whole = whole

    def __call__(self, value: object, pattern: object) -> bool:
        compiled = self.check_cache(pattern) if isinstance(pattern, str) else None
        if compiled is None or not isinstance(value, str):
            return False
        find = compiled.fullmatch if self._whole else compiled.search
        return find(value, timeout=self._budget.left()) is not None
