"""What can go wrong, as one tree; the first argument is always a sentence for people.

    IhubError
     ├── ParseError        data that cannot be read: where
     ├── BadQuery          a query that cannot be run as it stands: where, and what to read
     ├── BadParameter      values a question does not take: which, why, the nearest it does
     ├── NotFound          no such thing: what is near
     ├── TooLarge          data beyond a limit, refused before work began
     ├── LimitExceeded     work stopped at a limit
     │    └── Timeout
     ├── Conflict          the state is not what the request supposes
     ├── StoreError        the data folder cannot be used as it is
     └── Unavailable       cannot be answered now, later perhaps
          └── OverBudget   this client has used its share for now

`service/problems.py` maps them to HTTP, `ihubkg/cli.py` to exit codes; nothing else does.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class IhubError(Exception):
    """Base of every error this project raises on purpose."""

    @property
    def message(self) -> str:
        """The sentence for people."""
        return str(self.args[0]) if self.args else type(self).__name__

    def __str__(self) -> str:
        return self.message


class ParseError(IhubError):
    """Data that cannot be read; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class BadQuery(IhubError):
    """A query that cannot be run; `see` points to what explains the rule."""

    def __init__(
        self,
        message: str,
        line: int | None = None,
        column: int | None = None,
        see: str | None = None,
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.see = see


@dataclass(frozen=True)
class ParameterProblem:
    """One value that a question does not take, why, and the nearest values that it does."""

    parameter: str
    reason: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f"{self.parameter}: {self.reason}{hint}"


class BadParameter(IhubError):
    """One or more parameters of a question are wrong; `errors` names each."""

    def __init__(self, errors: Iterable[ParameterProblem]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(str(error) for error in self.errors))


class NotFound(IhubError):
    """No such thing; `candidates` are the nearest names there are."""

    def __init__(self, message: str, candidates: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class TooLarge(IhubError):
    """Data beyond the limit of that name; `limit` is what is allowed, `value` what was met."""

    def __init__(self, message: str, limit: int, value: int | None = None) -> None:
        super().__init__(message)
        self.limit = limit
        self.value = value


class LimitExceeded(IhubError):
    """Work was stopped at a limit; `limit` is what is allowed, `value` what was met."""

    def __init__(
        self, message: str, limit: float | None = None, value: float | None = None
    ) -> None:
        super().__init__(message)
        self.limit = limit
        self.value = value


class Timeout(LimitExceeded):
    """Work was stopped at its time limit; both figures are seconds."""


class Conflict(IhubError):
    """The state is not what the request supposes."""


class StoreError(IhubError):
    """The data folder cannot be used as it is: newer format, locked, damaged, or not ours."""


class Unavailable(IhubError):
    """Cannot be answered now; `retry_after` is the number of seconds to wait."""

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OverBudget(Unavailable):
    """This client has used the time it may use; others are served."""
