"""The property of binding on many random values: a value changes its term and nothing else.

    python bench/bench_binding.py [--examples 10000]

The same property runs with 300 values in `make test` (`tests/ihubkg/test_question.py`): for any
string, IRI and language tag, in every scope of a query, the parsed algebra differs in that term
only, and the engine gives the rows that it gives for the same term in the data.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from hypothesis import HealthCheck, given, settings

from ihubkg.tokens import Term
from tests.ihubkg import test_question as binding


def bindings(examples: int) -> None:
    """Run the property of binding on many random values."""
    before = time.process_time()
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=checks)
    @given(binding.values, binding.scopes)
    def property_of_binding(term: Term, scope: str) -> None:
        binding.check_algebra(term, scope)
        binding.check_rows(term)

    property_of_binding()
    print(f"binding: {examples:,} values, no difference but the term ", end="")
    print(f"({time.process_time() - before:.0f} s)")


def main() -> None:
    """Check as many values as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=10_000)
    bindings(parser.parse_args().examples)


if __name__ == "__main__":
    main()
