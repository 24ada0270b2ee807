"""The check of answers against a JSON Schema, its patterns and references bounded in time."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema
import referencing
from jsonschema.protocols import Validator

from arena.grading.formats import format_checker
from arena.grading.json_answers import NotJson, parsed
from arena.grading.patterns import Budget
from arena.records.call import Completion
from arena.records.case import Case
from arena.records.score import Score

EXCERPT = 200  # characters
FORMAT_CHECKER = format_checker()


def json_schema(case: Case, completion: Completion, argument: Any) -> Score:
    """Pass when the answer is JSON that fits the schema, formats included.

    The argument: a JSON Schema, draft 2020-12 unless `$schema` names another; nothing is fetched.

    Raises:
        TimeoutError: its patterns or references took longer than a second.
        jsonschema.SchemaError: it is no schema.
    """
    try:
        value = parsed(completion.text)
    except NotJson as problem:
        return Score(check="json_schema", passed=False, reason=str(problem))
    mistake = next(validator_of(argument).iter_errors(value), None)
    if mistake is None:
        return Score(check="json_schema", passed=True, reason="the answer fits the schema")
    return Score(check="json_schema", passed=False, reason=f"{mistake.json_path}: {mistake.message}"[:EXCERPT])


def validator_of(schema: Any) -> Validator:
    """Return a validator whose patterns and references share one time budget.

    Raises:
        jsonschema.SchemaError: it is no schema.
        ValueError: it has unevaluatedProperties beside patternProperties, which the schema library
            matches without a bound.
    """
    base = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    base.check_schema(schema)
    if {"unevaluatedProperties", "patternProperties"} <= set(_keys(schema)):
        raise ValueError("unevaluatedProperties beside patternProperties cannot be bounded in time")
    extend: Callable[..., type[Validator]] = jsonschema.validators.extend
    bounded = extend(base, bounded_keywords(base.VALIDATORS, Budget()))
    return bounded(schema, registry=referencing.Registry(), format_checker=FORMAT_CHECKER)


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _keys(part)


def bounded_keywords(unbounded: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    """Return the keywords that match patterns or follow references, within the budget.

    The schema library matches with `re`, which a hostile text can hold for hours.
    """

    def pattern(validator: Any, wanted: str, value: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
        if isinstance(value, str) and not budget.search(wanted, value):
            yield jsonschema.ValidationError(f"{value!r} does not match {wanted!r}")

    def pattern_properties(validator: Any, rules: Any, value: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
        if isinstance(value, dict):
            for wanted, rule in rules.items():
                for name in value:
                    if budget.search(wanted, name):
                        yield from validator.descend(value[name], rule, path=name, schema_path=wanted)

    def additional_properties(
        validator: Any, rule: Any, value: Any, schema: Any
    ) -> Iterator[jsonschema.ValidationError]:
        for name in value if isinstance(value, dict) else ():
            known = name in schema.get("properties", ())
            if not known and not any(budget.search(wanted, name) for wanted in schema.get("patternProperties", ())):
                if rule is False:
                    yield jsonschema.ValidationError(f"unexpected property {name!r}")
                else:
                    yield from validator.descend(value[name], rule, path=name)

    def within_budget(keyword: Any) -> Any:
        def follow(validator: Any, target: Any, value: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
            budget.left()
            yield from keyword(validator, target, value, schema) or ()

        return follow

    references = {
        name: within_budget(unbounded[name]) for name in ("$ref", "$dynamicRef", "$recursiveRef") if name in unbounded
    }
    return {
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional_properties,
        **references,
    }
