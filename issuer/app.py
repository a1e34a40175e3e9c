# SPDX-License-Identifier: Apache-2.0
"""The issuer's web application: wires the parts, turns errors into problems.

Nothing happens at import. A missing key, database or setting stops `create_app`.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from issuer.api import router
from issuer.api_officers import router as officers_router
from issuer.context import Issuer, open_issuer
from issuer.errors import NotAuthenticatedError
from issuer.metrics import CONTENT_TYPE, is_token, render_metrics
from issuer.problems import problem_kinds, problem_of
from issuer.settings import IssuerSettings
from keys.overview import list_warnings
from keys.store import KeyStore
from register.document import Text
from register.problem import Problem, install_problem_handlers, problem_response

_LOG = logging.getLogger(__name__)


def create_app(
    settings: IssuerSettings,
    keys: KeyStore,
    *,
    clock: Callable[[], datetime],
) -> FastAPI:
    """Return the issuer's application, ready to serve.

    Raises:
        SettingsError, SchemaError, KeysError, StorageError: what is missing or wrong.
    """
    issuer = open_issuer(settings, keys, clock=clock)
    issuer.warm_up()
    for warning in list_warnings(keys, clock()):
        _LOG.warning("%s", warning)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        issuer.close()

    app = FastAPI(
        title="Tra issuer",
        version="1",
        # Their pages load scripts from elsewhere, on the origin of the tokens.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        description="Issues, revokes and supersedes documents of an agency.",
    )
    app.state.issuer = issuer
    app.state.clock = clock
    install_problem_handlers(app)
    _install_own_problems(app)
    app.middleware("http")(_limit_body(settings.max_body_bytes))
    # First: `/documents/{id}/refuse` is no change of status.
    app.include_router(officers_router)
    app.include_router(router)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Answer while the register can be read."""
        issuer.store.list_agencies()
        return {"status": "ok"}

    _add_metrics(app, issuer)
    return app


def _add_metrics(app: FastAPI, issuer: Issuer) -> None:
    token = issuer.settings.metrics_token
    if token is None:
        return

    @app.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        """Give the figures of this process to who has the token."""
        given = request.headers.get("Authorization")
        if not is_token(given, token.get_secret_value()):
            raise NotAuthenticatedError("the metrics ask for TRA_METRICS_TOKEN")
        return Response(
            render_metrics(issuer),
            media_type=CONTENT_TYPE,
            headers={"Cache-Control": "no-store"},
        )


def get_issuer(app: FastAPI) -> Issuer:
    """Return the wired issuer of an application made by `create_app`."""
    issuer: Issuer = app.state.issuer
    return issuer


def _install_own_problems(app: FastAPI) -> None:
    async def answer(request: Request, error: Exception) -> JSONResponse:
        problem = problem_of(error)
        if problem is None:  # the table and the handlers are one list
            raise error
        if problem.status >= 500:  # noqa: PLR2004 - server's fault (RFC 9110)
            _LOG.error("%s: %s", type(error).__name__, error)
        response = problem_response(problem)
        key = getattr(request.state, "idempotency_key", None)
        if key is not None:
            response.headers["Idempotency-Key"] = key
        return response

    for kind in problem_kinds():
        app.add_exception_handler(kind, answer)


def _limit_body(
    limit: int,
) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    async def check(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        length = request.headers.get("content-length")
        chunked = "transfer-encoding" in request.headers
        if chunked or (length is not None and int(length) > limit):
            return problem_response(
                Problem(
                    status=413,
                    slug="content-too-large",
                    title=Text(
                        th="ข้อมูลมีขนาดใหญ่เกินกำหนด", en="The content is too large"
                    ),
                    detail=Text(
                        th=f"ส่งได้ไม่เกิน {limit} ไบต์ และต้องระบุ Content-Length",
                        en=f"Send at most {limit} bytes, with a Content-Length.",
                    ),
                )
            )
        return await call_next(request)

    return check
