# syntax=docker/dockerfile:1
# Moment without the embedded group: web, worker, reconciler and every other command, by its arguments.
# Python and Debian are those that CI runs on. Both images may be others of the kind, such as a mirror's: PYTHON must be
# a Debian with python3, UV must hold /uv.
ARG PYTHON=docker.io/library/python:3.11-slim-bookworm
ARG UV=ghcr.io/astral-sh/uv:0.13.9

FROM ${UV} AS uv

FROM ${PYTHON} AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON=python3 UV_PROJECT_ENVIRONMENT=/opt/moment
WORKDIR /src
# First what we depend on, which changes seldom.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-group embedded --no-group dev --no-install-project
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-group embedded --no-group dev --no-editable

FROM ${PYTHON}
# By media-types .m4a has a type. Debian keeps only the newest version of a package, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates media-types tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home moment
COPY --from=build /opt/moment /opt/moment
ENV PATH=/opt/moment/bin:$PATH PYTHONUNBUFFERED=1 MOMENT_DATA_DIR=/tmp/moment
USER 1000
WORKDIR /home/moment
# Without a shell before it: our Python is told to stop, and ends what it has begun.
STOPSIGNAL SIGTERM
ENTRYPOINT ["moment"]
CMD ["--help"]
