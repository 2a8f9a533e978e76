"""What a client gives for the parameters of a question: in the address, as a form, as JSON.

Arguments that every question has beside its own (language, reasons, citation) are read here too,
and as strictly: what is misspelt is said, never passed over.
"""

import re
from collections.abc import Mapping, Sequence

import orjson
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from ihubkg.errors import BadParameter, ParameterProblem
from ihubkg.header import Parameter
from ihubkg.question import Form, Question
from service import negotiate
from service.problems import UnsupportedMedia

LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"
"""A language tag as far as it matters here (https://www.rfc-editor.org/rfc/rfc5646#section-2.1)."""
CITATIONS = {"bibtex": "application/x-bibtex", "cff": "application/yaml"}
"""How an answer can be cited: the values of `cite` and their media types."""
RESERVED = frozenset({"_mediatype", "lang", "explain", "cite"})
"""Query arguments that choose a form and are no parameters of a question."""

Given = Mapping[str, Sequence[str]]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "")
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "decimal": (int, float),
    "boolean": (bool,),
}


async def given(request: Request, question: Question) -> Given:
    """Return what the client gives for the parameters of `question`.

    Raises:
        BadParameter: a body that is not what it says to be.
        UnsupportedMedia: a body that is neither JSON nor a form.
    """
    by_address = texts(request.query_params)
    if request.method != "POST":
        return by_address
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return by_address | from_json(await request.body(), question)
    if kind not in _FORMS:
        raise UnsupportedMedia(f"Parameters come as JSON or as a form, not as {kind}.")
    async with request.form() as form:
        found = {
            name: [text for text in form.getlist(name) if isinstance(text, str) and text]
            for name in form
        }
    return by_address | {name: values for name, values in found.items() if values}


def texts(fields: ImmutableMultiDict[str, str]) -> dict[str, list[str]]:
    """Return the texts of each field; an empty one counts as not given, as forms send it."""
    return {
        name: found
        for name in fields
        if name not in RESERVED and (found := [text for text in fields.getlist(name) if text])
    }


def from_json(body: bytes, question: Question) -> dict[str, list[str]]:
    """Return the values of a JSON object of parameters, each of the JSON type of its own.

    Raises:
        BadParameter: the body is no such object; says of each value why.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadParameter(
            [ParameterProblem("body", f"is not JSON: {error.msg} in line {error.lineno}.")]
        ) from error
    if not isinstance(document, dict):
        raise BadParameter([ParameterProblem("body", "is no object of parameters and values.")])
    problems, found = [], {}
    for name, value in document.items():
        reason, values = _values(value, name, question)
        if reason:
            problems.append(ParameterProblem(name, reason))
        else:
            found[name] = values
    if problems:
        raise BadParameter(problems)
    return found


def _values(value: object, name: str, question: Question) -> tuple[str, list[str]]:
    """Return why a JSON value does not do, or else its texts."""
    parameter = question.parameter(name)
    several = isinstance(value, list) and (parameter is None or parameter.many)
    items = list(value) if several and isinstance(value, list) else [value]
    if not items:
        return "is an empty list: leave it out.", []
    allowed = _json_types(name, parameter)
    for number, item in enumerate(items):
        if isinstance(item, float) and item.is_integer() and float not in allowed:
            items[number] = item = int(item)  # to JSON Schema 5.0 is an integer
        if item is None or item == "":
            return "is empty: leave it out.", []
        if type(item) not in allowed:
            wanted = " or ".join(dict.fromkeys(_SPOKEN[kind] for kind in allowed))
            return f"is not {wanted}.", []
    return "", [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


_SPOKEN: Mapping[type, str] = {
    int: "a number",
    float: "a number",
    bool: "true or false",
    str: "a text",
}


def _json_types(name: str, parameter: Parameter | None) -> tuple[type, ...]:
    if parameter is None:
        return (int,) if name in ("limit", "offset") else (str, int, float, bool)
    return _JSON_TYPES.get(parameter.type.name, (str,))


def languages(request: Request) -> tuple[str, ...]:
    """Return the languages of the reader, as `negotiate.languages` does.

    Raises:
        BadParameter: `lang` is no language tag, or is given twice.
    """
    tag = _single(request, "lang")
    if tag and not re.fullmatch(LANGUAGE, tag):
        raise _refused("lang", f"{tag!r} is not a language tag.", ("en", "et", "fi"))
    return negotiate.languages(request)


def explained(request: Request) -> bool:
    """Return whether reasons are asked for. Raises BadParameter for anything but 0 and 1."""
    text = _single(request, "explain")
    if text not in ("", "0", "1"):
        raise _refused("explain", f"{text!r} is neither 0 nor 1.", ("1", "0"))
    return text == "1"


def citation(request: Request) -> str | None:
    """Return the form of citation that is asked for, if any. Raises BadParameter."""
    wanted = _single(request, "cite")
    if wanted and wanted not in CITATIONS:
        raise _refused("cite", f"{wanted!r} is no form of citation.", tuple(CITATIONS))
    return wanted or None


def form(request: Request, suffix: str | None) -> str | None:
    """Return the form that the address names: behind the question's name, or as `format`."""
    return _single(request, "format") or suffix


def has_reasons(question: Question) -> bool:
    """Tell whether the rows of a question can be explained: a graph explains itself."""
    return question.query.form is not Form.GRAPH


def _single(request: Request, name: str) -> str:
    found = request.query_params.getlist(name)
    if len(found) > 1:
        raise _refused(name, "given more than once; it takes one value.", ())
    return found[0].strip() if found else ""


def _refused(name: str, reason: str, nearest: Sequence[str]) -> BadParameter:
    return BadParameter([ParameterProblem(name, reason, tuple(nearest))])
