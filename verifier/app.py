# SPDX-License-Identifier: Apache-2.0
"""Wires the verifier together: settings in, one ASGI application out.

It holds no key, opens no database, and connects to nothing but the publication
it was given. A missing or unusable trust root ends the start, in one sentence.
"""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from register.problem import install_problem_handlers
from verifier.api import Service, build_api
from verifier.errors import SandboxError, SettingsError
from verifier.isolation import PdfVerifiers
from verifier.limits import Sandbox
from verifier.middleware import HeadLikeGet, HearOut, SecurityHeaders
from verifier.pages import build_pages
from verifier.recent import RecentReports
from verifier.sandbox import check_sandbox
from verifier.settings import VerifierSettings
from verifier.short_codes import build_short_codes
from verifier.trust import Publication
from verifier.upload_places import UploadPlaces
from verifier.web_files import WebFiles

_logger = logging.getLogger(__name__)
_WEB = Path(__file__).with_name("web")


def create_app(settings: VerifierSettings, *, clock: Callable[[], datetime]) -> FastAPI:
    """Return the verifier's application.

    Raises:
        SettingsError: the trust root or the publication address cannot be used.
    """
    service = _open_service(settings, clock)
    app = FastAPI(
        title="Tra verifier",
        # These pages load scripts from elsewhere; /openapi.json stays.
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_run_processes, service.verifiers),
    )
    app.state.pdf_verifiers = service.verifiers
    install_problem_handlers(app)
    app.add_middleware(HeadLikeGet)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HearOut)
    app.include_router(build_api(service))
    pages = WebFiles(_WEB)
    app.include_router(build_pages(service, pages))
    app.include_router(build_short_codes(service, pages))
    return app


def get_verifiers(app: FastAPI) -> PdfVerifiers:
    """Return the processes of an application that `create_app` has made."""
    verifiers = app.state.pdf_verifiers
    if not isinstance(verifiers, PdfVerifiers):
        raise TypeError("not an application with a verifier")
    return verifiers


def _open_service(settings: VerifierSettings, clock: Callable[[], datetime]) -> Service:
    publication = Publication.open(
        settings.publication_address,
        trust_root=settings.trust_root_path,
        timeout=settings.publication_timeout,
        signer_lists=settings.signer_lists,
        seen_file=settings.seen_path,
    )
    workers = settings.worker_limits
    _check_sandbox(workers.sandbox)
    recent = RecentReports(seconds=settings.report_seconds)
    return Service(
        publication=publication,
        clock=clock,
        limits=settings.limits,
        host=urlsplit(settings.verify_url).netloc.lower(),
        verifiers=PdfVerifiers(
            publication, limits=settings.limits, workers=workers, recent=recent
        ),
        places=UploadPlaces(settings.uploads),
        upload_seconds=settings.upload_seconds,
        recent=recent,
        address=settings.verify_url,
        rates=settings.rate_limits,
        limiter=CapacityLimiter(max(2, os.cpu_count() or 1)),
        # One more than there is room for, so that it is told so at once.
        file_limiter=CapacityLimiter(workers.count + workers.waiting + 1),
    )


def _check_sandbox(wanted: Sandbox) -> None:
    if wanted is Sandbox.OFF:
        return
    try:
        check_sandbox()
    except SandboxError as error:
        if wanted is Sandbox.REQUIRED:
            raise SettingsError(f"TRA_PDF_SANDBOX: {error}") from error
        _logger.warning("what reads PDFs is not shut in: %s", error)


@asynccontextmanager
async def _run_processes(verifiers: PdfVerifiers, _: FastAPI) -> AsyncIterator[None]:
    """Start the processes that read PDFs with the service, and end them with it."""
    verifiers.start()
    try:
        yield
    finally:
        await to_thread.run_sync(verifiers.close)
