"""Accounts: where messages go and with whose keys.

Each field is taken from the first source that has it: argument, `CASCADE_*` environment
variable, `.env` in the working folder, the profile file. With no key anywhere there is no
account, and the verbs fall back to the sandbox.
"""

from __future__ import annotations

import difflib
import hashlib
import ipaddress
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

import platformdirs
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cascade_frames import contract
from cascade_frames.errors import AccountError, NoAccount

# A name or an address; letters of any script, since a name may be an international one.
_HOST = r"[\w.:-]+"
_KEYS = ("api_key", "viber_token", "telegram_key")


def profile_file() -> Path:
    """The TOML file of profiles, one table each (`[default]`, `[staging]`)."""
    return Path(platformdirs.user_config_dir("cascade_frames")) / "accounts.toml"


def setting(name: str) -> str | None:
    """An environment variable's value, or `.env`'s in the working folder, or None."""
    return os.environ.get(name) or dotenv_values(".env").get(name) or None


class Account(BaseSettings):
    """An account of the API: base URL, keys, limits.

    Fields left out are taken from the environment (`CASCADE_BASE_URL`, `CASCADE_API_KEY`,
    `CASCADE_VIBER_TOKEN`, `CASCADE_TELEGRAM_KEY`, …), then `.env`, then the profile that
    `CASCADE_PROFILE` names (`default` if unset). Keys never show in a repr.

    Args:
        base_url: HTTPS, or plain HTTP on loopback; without user, password or query.
        api_key: the account's API key (recommended).
        viber_token: the Viber bot's token.
        telegram_key: the Telegram bot's key.
        name: a label; with the host it is the identity under which the ledger remembers
            what was sent, so it survives a change of keys.
        requests_per_second: rate held for messages (the vendor's limit is 100).
        reads_per_second: rate held for statuses (the vendor's limit is 50).
        confirm_above: a live send of more messages than this needs `confirm=`.
        max_in_flight: requests under way at once (1 to 16).
        deadline: total seconds for one request, from first byte to last.
        transport: `"auto"` sends over aiohttp where it is installed and no proxy is set,
            which costs a quarter; `"httpx"` always over httpx's own.

    Raises:
        AccountError: a field is wrong, or keys are missing beside other settings.
        NoAccount: nothing is configured at all.
    """

    model_config = SettingsConfigDict(
        env_prefix="CASCADE_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    base_url: str = contract.BASE_URL
    api_key: SecretStr | None = None
    viber_token: SecretStr | None = None
    telegram_key: SecretStr | None = None
    name: str = "default"
    requests_per_second: float = Field(default=contract.REQUESTS_PER_SECOND, gt=0, le=10_000)
    reads_per_second: float = Field(default=contract.READS_PER_SECOND, gt=0, le=10_000)
    confirm_above: int = Field(default=1000, ge=0)
    max_in_flight: int = Field(default=8, ge=1, le=16)
    deadline: float = Field(default=60.0, gt=0, le=600)
    transport: Literal["auto", "httpx"] = "auto"

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - pydantic checks each field
        _refuse_unknown(fields, set(type(self).model_fields))
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise AccountError(_explain(error)) from None
        if not any(getattr(self, key) for key in _KEYS):
            raise self._no_key()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's hook
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of design: arguments, environment, .env, profile."""
        return init_settings, env_settings, dotenv_settings, _Profile(settings_cls)

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        value = value.strip()
        parts = _split(value)
        if parts.username or parts.password:
            raise ValueError("must not hold a user or password; keys go in their own fields")
        host = parts.hostname or ""
        odd = parts.query or parts.fragment or not value.isprintable()
        if odd or not re.fullmatch(_HOST, host):
            raise ValueError(f"must look like {contract.BASE_URL}")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
            raise ValueError("must be https:// (plain http:// is for loopback only)")
        return value.rstrip("/")

    @field_validator("api_key", "viber_token", "telegram_key")
    @classmethod
    def _check_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        plain = value.get_secret_value()
        if not plain.strip():
            return None
        if plain != plain.strip() or not plain.isascii() or not plain.isprintable():
            raise ValueError("has spaces around it, or characters a header cannot carry")
        return value

    @property
    def gateway(self) -> str:
        """`"sandbox"` for a base URL on loopback, `"live"` for any other."""
        return "sandbox" if _is_loopback(urlsplit(self.base_url).hostname or "") else "live"

    @property
    def identity(self) -> str:
        """The name under which the ledger keeps this account; holds no key.

        Live accounts keep it when keys change. A gateway on loopback is made anew with new
        keys, so there a fingerprint of the keys is part of it.
        """
        place = _place(self.base_url)
        if self.gateway == "live":
            return f"{self.name}@{place}"
        keys = "\0".join(key.get_secret_value() for key in self._keys())
        return f"{self.name}@{place}#{hashlib.sha256(keys.encode()).hexdigest()[:16]}"

    def headers(self) -> dict[str, str]:
        """Every authentication header this account has a key for, in clear."""
        named = {
            contract.API_KEY_HEADER: self.api_key,
            contract.VIBER_TOKEN_HEADER: self.viber_token,
            contract.TELEGRAM_KEY_HEADER: self.telegram_key,
        }
        return {header: key.get_secret_value() for header, key in named.items() if key}

    def _keys(self) -> list[SecretStr]:
        return [key for key in (self.api_key, self.viber_token, self.telegram_key) if key]

    def _no_key(self) -> AccountError:
        fix = (
            "Set CASCADE_API_KEY (or CASCADE_VIBER_TOKEN, CASCADE_TELEGRAM_KEY) in the "
            f"environment or in .env, or put api_key into {profile_file().name}."
        )
        if self.model_fields_set - {"name"} or setting("CASCADE_PROFILE"):
            return AccountError(f"This account has settings but no key. {fix}")
        return NoAccount(f"No account is configured. {fix}")


class _Profile(PydanticBaseSettingsSource):
    """The last source: one table of the profile file."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401, ARG002
        """Not used: `__call__` gives the whole table at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        chosen = setting("CASCADE_PROFILE")
        path = profile_file()
        if not path.exists():
            if chosen:
                raise AccountError(f"CASCADE_PROFILE={chosen}, but {path} does not exist.")
            return {}
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise AccountError(f"{path} is not valid TOML: {error}.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise AccountError(f"{path} cannot be read ({type(error).__name__}).") from None
        name = chosen or "default"
        loose = sorted(key for key, value in tables.items() if not isinstance(value, dict))
        if loose:
            raise AccountError(
                f"{path} has {loose} outside any profile. Put the line [default] above them."
            )
        if name not in tables:
            if chosen:
                raise AccountError(f"{path} has no profile [{name}]; it has {sorted(tables)}.")
            return {}
        _refuse_unknown(tables[name], set(self.settings_cls.model_fields))
        return {"name": name, **tables[name]}


def find_account() -> Account | None:
    """The configured account, or None where nothing at all is configured.

    Raises:
        AccountError: something is configured, but wrongly.
    """
    try:
        return Account()
    except NoAccount:
        return None


def name_and_gateway(identity: str) -> tuple[str, str]:
    """The name of the account that has this `identity`, and its gateway."""
    name, _, place = identity.rpartition("@")
    return name, "sandbox" if "#" in place else "live"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read for the error it raises
    except ValueError:
        raise ValueError(f"must look like {contract.BASE_URL}") from None
    return parts


def _place(base_url: str) -> str:
    """Host and port, the same for every spelling of the same place."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.port in (None, {"https": 443, "http": 80}[parts.scheme]):
        return host
    return f"{host}:{parts.port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_unknown(fields: dict[str, Any], known: set[str]) -> None:
    for name in fields:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" Known: {sorted(known)}."
            raise AccountError(f"An account has no field {name!r}.{hint}")


def _explain(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return f"The account cannot be used. {'; '.join(faults)}."
