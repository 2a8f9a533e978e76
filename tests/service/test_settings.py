from pathlib import Path

import pytest

from service.settings import MIB, BadSetting, Settings


def test_nothing_in_the_environment_gives_the_defaults() -> None:
    assert Settings.read({"HOME": "/root"}) == Settings()


def test_the_defaults_are_the_limits_of_the_threat_model() -> None:
    settings = Settings()
    assert settings.query_seconds == 10
    assert settings.query_bytes == 64 * 1024
    assert settings.rows == 10_000
    assert settings.validate_bytes == 2 * MIB


def test_each_type_of_setting_is_read() -> None:
    settings = Settings.read(
        {
            "IHUBKG_DATA": "/srv/ihubkg",
            "IHUBKG_READ_ONLY": "yes",
            "IHUBKG_ROWS": "5",
            "IHUBKG_QUERY_SECONDS": "0.5",
            "IHUBKG_PROXIES": "10.0.0.1, 10.0.0.2,",
        }
    )
    assert settings.data == Path("/srv/ihubkg")
    assert settings.read_only is True
    assert settings.rows == 5
    assert settings.query_seconds == 0.5
    assert settings.proxies == ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("IHUBKG_READ_ONLY", "perhaps", "yes or no"),
        ("IHUBKG_ROWS", "many", "a whole number above 0"),
        ("IHUBKG_ROWS", "0", "a whole number above 0"),
        ("IHUBKG_QUERY_SECONDS", "-1", "a number above 0"),
        ("IHUBKG_QUERY_SECONDS", "nan", "a number above 0"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_takes(name: str, value: str, wanted: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} is “{value}”; it takes {wanted}"):
        Settings.read({name: value})
