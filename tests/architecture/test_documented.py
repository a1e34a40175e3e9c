# SPDX-License-Identifier: Apache-2.0
"""Settings, routes, errors and public data are what the documents say they are."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from issuer import errors as issuer_errors
from issuer.api import router
from issuer.api_officers import router as officers_router
from issuer.problems import problem_of
from issuer.refusals import Refusal
from issuer.settings import IssuerSettings
from keys.settings import KeysSettings
from templates.catalogue import Catalogue
from templates.fields import Kind
from verifier.settings import VerifierSettings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("settings", [IssuerSettings, KeysSettings, VerifierSettings])
def test_every_setting_is_documented(settings: type[BaseSettings]) -> None:
    page = (ROOT / "docs/settings.md").read_text()
    missing = [
        name for name in settings.model_fields if f"`TRA_{name.upper()}`" not in page
    ]
    assert not missing


def test_every_documented_setting_exists() -> None:
    known = {
        f"TRA_{name.upper()}"
        for settings in (IssuerSettings, KeysSettings, VerifierSettings)
        for name in settings.model_fields
    }
    page = (ROOT / "docs/settings.md").read_text()
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert named <= known


def test_every_route_of_the_issuer_is_documented() -> None:
    page = (ROOT / "docs/api.md").read_text()
    for route in (*router.routes, *officers_router.routes):
        last = str(getattr(route, "path", "")).rsplit("/", maxsplit=1)[-1]
        if not last.startswith("{"):
            assert last in page, route


REASON_MAKERS = {"_problem", "_refusal", "FieldProblem", "ImageError", "Fault"}
"""Calls that name the reason why data are refused."""


def reasons_in(file: Path) -> set[str]:
    """Reasons written out in calls of `REASON_MAKERS`: lower case, no blanks."""
    calls = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in REASON_MAKERS
    ]
    named = [k.value for call in calls for k in call.keywords if k.arg == "reason"]
    given = [value for call in calls for value in call.args[:2]]
    texts = [n.value for n in [*named, *given] if isinstance(n, ast.Constant)]
    return {t for t in texts if isinstance(t, str) and t.replace("_", "").islower()}


def test_every_reason_to_refuse_data_is_documented() -> None:
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    files = [*(ROOT / "templates").glob("*.py"), ROOT / "issuer/draft.py"]
    reasons = set().union(*(reasons_in(file) for file in files)) - {"data"}
    assert {"wrong_type", "damaged_image", "record_too_large"} <= reasons
    assert not [reason for reason in sorted(reasons) if f"`{reason}`" not in page]


STOPS_THE_START = {"IssuerError", "SettingsError"}
"""Errors that no request can meet."""


def test_every_error_of_the_issuer_becomes_a_problem() -> None:
    kinds = dict(inspect.getmembers(issuer_errors, inspect.isclass))
    for name, kind in kinds.items():
        if name in STOPS_THE_START or not issubclass(kind, Exception):
            continue
        problem = problem_of(kind("x"))
        assert problem is not None, name
        assert problem.title.th, name
        assert problem.title.en, name


def test_every_refusal_of_the_gate_is_documented() -> None:
    page = (ROOT / "docs/gate.md").read_text()
    assert not [reason for reason in Refusal if f"`{reason}`" not in page]


def test_every_clause_the_gate_checks_is_documented_and_no_other() -> None:
    page = (ROOT / "docs/gate.md").read_text().partition("## Clauses")[2]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    documented = set(re.findall(r"\b[567](?:\.\d+)*", " ".join(rows)))
    checked: set[str] = set()
    for file in ("content", "resources", "archival*", "access*"):
        for path in (ROOT / "issuer").glob(f"{file}.py"):
            checked |= set(re.findall(r'"([567](?:\.\d+)*)"', path.read_text()))
    assert checked == documented


WHITELIST = {
    "building_permit": {
        "site",
        "buildings",
        "buildings.building",
        "buildings.count",
        "buildings.use",
        "buildings.area",
    },
    "business_licence": {
        "holder_name",
        "business_name",
        "business_address",
        "business_kind",
    },
    "import_licence": {
        "origin",
        "port",
        "goods",
        "goods.code",
        "goods.description",
        "goods.quantity",
        "goods.unit",
    },
    "juristic_certificate": {
        "company_name",
        "company_name_en",
        "company_id",
        "registered_on",
        "address",
    },
    "training_certificate": {
        "course",
        "course_en",
        "hours",
        "started_on",
        "ended_on",
        "result",
    },
}
"""Every field, and column of a table as "table.column", that the page of a sample
type shows to anyone. Change with care."""

NEVER = ("citizen", "birth", "home", "photo", "phone", "email", "person_id")
"""What no public page may show (PDPA), by parts of field names."""


@pytest.mark.parametrize("type_id", sorted(WHITELIST))
def test_public_pages_show_no_more_than_they_may(type_id: str) -> None:
    kind = Catalogue.load().get_type(type_id)
    shown = {field["name"] for field in kind.public_fields(kind.sample())}
    fields = {field.name for field in kind.fields if field.public}
    columns = {
        f"{field.name}.{column.name}"
        for field in kind.fields
        for column in field.columns
        if column.public
    }
    assert shown <= fields
    assert fields | columns == WHITELIST[type_id]
    assert not [n for n in fields | columns if any(word in n for word in NEVER)]
    assert not [f for f in kind.fields if f.public and f.kind is Kind.IMAGE]


def test_no_built_in_type_escapes_the_whitelist() -> None:
    assert set(Catalogue.load().types) == set(WHITELIST)
