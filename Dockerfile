# syntax=docker/dockerfile:1
# SPDX-License-Identifier: Apache-2.0
# One small image a service: each holds only the packages its service may import.
# The tool image (`admin`) makes a development installation and migrates.

FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock \
 && useradd --system --uid 10001 --no-create-home tra \
 && install -d -o tra -g tra /data /data/keys /data/trust-root /data/seen /trust /publication /files
ENV TRA_HOME=/data
USER tra

FROM node:22-slim AS scanner
WORKDIR /scanner
COPY .ci/scanner ./install
RUN sh install /scanner/files

FROM base AS verifier
COPY register/__init__.py register/canonical.py register/claim.py \
     register/code_entry.py register/digits.py \
     register/document.py register/envelope.py register/errors.py \
     register/members.py register/officer.py register/page_facts.py register/problem.py \
     register/public_record.py register/record.py register/short_code.py \
     register/status_list.py \
     register/trust_entries.py register/trust_list.py register/trust_members.py register/
COPY templates/__init__.py templates/pdfium.py templates/
COPY verifier verifier
COPY --from=scanner /scanner/files verifier/web/scanner
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "-m", "verifier", "--host", "0.0.0.0", "--port", "8000"]

FROM base AS keys
COPY keys keys
EXPOSE 8003
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8003/pki/healthz', timeout=2)"]
CMD ["python", "-m", "keys", "--host", "0.0.0.0", "--port", "8003"]

FROM base AS issuer
COPY keys keys
COPY register register
COPY templates templates
COPY issuer issuer
EXPOSE 8001 8002
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8001/healthz', timeout=2)"]
CMD ["python", "-m", "issuer", "serve", "--host", "0.0.0.0", "--port", "8001"]

FROM issuer AS worker
HEALTHCHECK --interval=5m --timeout=20s --start-period=20m CMD ["python", "-m", "issuer", "check-schedule"]
CMD ["python", "-m", "issuer", "worker"]

FROM issuer AS admin
COPY verifier verifier
COPY tra tra
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "tra.cli"]
