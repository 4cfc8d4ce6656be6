# The portal's image: python makes the environment from the hashed lock, assets makes what browsers fetch, runtime holds no tool of either.
# Pin the base by digest where it is built: docker build --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:... -t lms-portal .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS python
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/base.txt

# Styles and fonts from package-lock.json, compiled translations, static files with hashes in their names. The lock of the demo
# brings npm and Babel; none of it reaches the image that runs.
FROM ${PYTHON_IMAGE} AS assets
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/venv/bin:$PATH
RUN python -m venv /venv
COPY requirements/demo.txt /tmp/demo.txt
RUN pip install --require-hashes --only-binary :all: -r /tmp/demo.txt
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY tools/__init__.py tools/styles.py tools/
RUN python -m tools.styles
COPY . .
# tools.throwaway makes settings up for this one command: nothing of them stays in a layer
RUN python -m tools.messages compile && python -m tools.throwaway collectstatic --noinput -v 0 \
    && mkdir /portal && cp -r manage.py lms_portal catalogue referrals grants templates /portal/ \
    && mkdir -p /portal/static /portal/build/static && cp -r build/collected /portal/build/ \
    && find /portal -name __pycache__ -prune -exec rm -r {} +

FROM ${PYTHON_IMAGE} AS runtime
LABEL org.opencontainers.image.title="lms-portal" org.opencontainers.image.licenses="EUPL-1.2"
# Pango draws the PDFs; the fonts hold Norwegian letters and are found without a network
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install -d -o 10001 -g 10001 -m 0700 /srv/portal/files
COPY --from=python /venv /venv
COPY --from=assets /portal /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=lms_portal.settings.production
RUN python -m compileall -q /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "lms_portal.healthcheck", "web"]
CMD ["gunicorn", "-c", "python:lms_portal.gunicorn_conf", "lms_portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "1"]
