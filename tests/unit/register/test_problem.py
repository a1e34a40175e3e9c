# SPDX-License-Identifier: Apache-2.0
"""Problem details: one shape, two languages, nothing of the client's input."""

from typing import Annotated

import pytest
from fastapi import Body, FastAPI, HTTPException
from pydantic import BaseModel, Field

from register.document import Text
from register.problem import (
    FieldIssue,
    Problem,
    ProblemError,
    install_problem_handlers,
)
from tests.unit.register.app_client import AppClient

TEXT = Text(th="ไทย", en="English")
SHAPE = {"type", "title", "title_th", "status", "detail", "detail_th", "errors"}


class Order(BaseModel):
    """A body with two fields that can be wrong."""

    count: int
    name: Annotated[str, Field(max_length=3)]


def make_app() -> FastAPI:
    """Return an app that fails in every way there is."""
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/problem")
    async def fail_by_problem() -> None:
        raise ProblemError(
            Problem(
                status=409,
                slug="taken",
                title=TEXT,
                detail=TEXT,
                errors=(FieldIssue(field="a.b", reason="twice", detail=TEXT),),
                headers={"Retry-After": "5"},
            )
        )

    @app.get("/http/{status}")
    async def fail_by_status(status: int) -> None:
        raise HTTPException(status, headers={"X-More": "1"})

    @app.get("/sentence")
    async def fail_by_sentence() -> None:
        raise HTTPException(400, "The form is torn.")

    @app.get("/unexpected")
    async def fail_unexpectedly() -> None:
        raise RuntimeError("a secret of the house")

    @app.post("/order")
    async def take_order(order: Annotated[Order, Body()]) -> int:
        return order.count

    return app


@pytest.fixture
def client() -> AppClient:
    """Return a client that sees what a user would see."""
    return AppClient(make_app())


def test_a_problem_is_told_in_full(client: AppClient) -> None:
    answer = client.get("/problem")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json() == {
        "type": "urn:tra:problem:taken",
        "title": "English",
        "title_th": "ไทย",
        "status": 409,
        "detail": "English",
        "detail_th": "ไทย",
        "errors": [
            {
                "field": "a.b",
                "reason": "twice",
                "detail": "English",
                "detail_th": "ไทย",
            }
        ],
    }


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 429, 503])
def test_every_status_has_the_one_shape(client: AppClient, status: int) -> None:
    answer = client.get(f"/http/{status}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-more"] == "1"
    body = answer.json()
    assert body.keys() == SHAPE
    assert body["status"] == status
    assert body["detail"]
    assert body["detail_th"]


def test_an_unknown_path_and_a_wrong_method_are_problems(client: AppClient) -> None:
    assert client.get("/nowhere").json()["type"] == "urn:tra:problem:not-found"
    answer = client.request("DELETE", "/problem")
    assert answer.json()["type"] == "urn:tra:problem:method-not-allowed"
    assert answer.headers["allow"] == "GET"


def test_a_sentence_of_its_own_is_kept(client: AppClient) -> None:
    assert client.get("/sentence").json()["detail"] == "The form is torn."


def test_an_unexpected_error_tells_nothing_of_itself(client: AppClient) -> None:
    answer = client.get("/unexpected")
    assert answer.status_code == 500
    assert answer.json().keys() == SHAPE
    assert "secret" not in answer.text


def test_every_wrong_field_is_named_and_its_value_is_not(client: AppClient) -> None:
    answer = client.request("POST", "/order", json={"name": "hush-hush"})
    assert answer.status_code == 422
    issues = {issue["field"]: issue for issue in answer.json()["errors"]}
    assert issues["count"]["reason"] == "missing"
    assert issues["count"]["detail_th"] == "ต้องระบุรายการนี้"
    assert issues["name"]["reason"] == "string_too_long"
    assert "hush" not in answer.text


def test_a_body_that_is_no_json_is_a_problem(client: AppClient) -> None:
    answer = client.request(
        "POST", "/order", content=b"{", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["reason"]) == ("", "json_invalid")
    assert "not JSON: Expecting property name" in error["detail"]
    assert "at character 1 " in error["detail"]
    assert "ไม่ใช่ JSON ที่ถูกต้อง (อักขระที่ 1 " in error["detail_th"]


def test_a_problem_error_reads_well_in_a_log() -> None:
    error = ProblemError(Problem(status=404, slug="gone", title=TEXT, detail=TEXT))
    assert str(error) == "404 gone: English"
